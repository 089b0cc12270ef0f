"""`make bench` compares Orion's throughput with the limit set by its parts; `make bench-growth` measures a large
ledger.

`--strict` exits with 1 when a target is missed; `--rounds 1` runs a quick check that writes no results; at most 5
rounds.
"""

import argparse
import shutil
import sys
from pathlib import Path

from rich.console import Console

from benchmarks import growth
from benchmarks.machine import describe, load_now, postgresql_version
from benchmarks.rates import Rates, measure_rates
from benchmarks.report import RESULTS, results, show, write
from benchmarks.servers import PROJECT
from benchmarks.suite import NAMES
from benchmarks.wallets import measure_wallets

ROUNDS, ROUNDS_MAX = 3, 5
BUSY = 0.5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Orion against its limits.")
    parser.add_argument(
        "what", nargs="?", choices=["rates", "growth"], default="rates", help="growth: a ledger of 10 M lines"
    )
    parser.add_argument("--cards", type=int, default=growth.LARGE, help="how many the grown world has")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--rounds", type=int, default=ROUNDS, choices=range(1, ROUNDS_MAX + 1), help="how many rounds")
    parser.add_argument("--only", default="", help="only measurements whose name holds this; writes nothing")
    options = parser.parse_args()
    console = Console(highlight=False, emoji=False)
    if options.what == "growth":
        return growth.run(options.cards, console)
    folder = PROJECT / ".orion" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        return _run(folder, options, console)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, options: argparse.Namespace, console: Console) -> int:
    load_before = load_now()
    if load_before > BUSY:
        console.print(
            f"The machine is busy (load {load_before}): measurements with fewer processes look too slow then."
        )

    def wanted(name: str) -> bool:
        return options.only in name

    is_whole = options.rounds >= ROUNDS
    rates = measure_rates(folder, options.rounds, wanted, console) if any(map(wanted, NAMES)) else Rates({}, 0)
    wallets = measure_wallets(folder, options.rounds, wanted, console, is_whole=is_whole)
    machine = describe(postgresql_version(), load_before)
    report = results(machine, options.rounds, rates, wallets)
    show(report, console)
    if is_whole and not options.only:
        write(report)
        console.print(f"Written to {RESULTS.relative_to(PROJECT)}.")
    return int(options.strict and any(ratio.met is False for ratio in report.ratios))


if __name__ == "__main__":
    sys.exit(main())
