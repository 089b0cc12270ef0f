"""`make bench`: how close Orion comes to what its database can do. `make bench-growth`: what a grown ledger costs.

`--strict` exits 1 when a target is missed; `--rounds 1` for a quick look that writes nothing, up to 5.
"""

import argparse
import asyncio
import shutil
import sys
from pathlib import Path

import asyncpg
from rich.console import Console

from benchmarks import growth
from benchmarks.earns import SLICE
from benchmarks.machine import describe, load_now
from benchmarks.measuring import Measurement, Sample, sample
from benchmarks.proof import prove
from benchmarks.report import RESULTS, results, show, write
from benchmarks.servers import PROJECT, Stand, open_servers, open_stand
from benchmarks.sql import template
from benchmarks.suite import ACTION_SQL, EARN_ACTION, EARN_HTTP, EARN_SQL, suite
from benchmarks.world import CARDS, write_world

ROUNDS, ROUNDS_MAX = 3, 5
BUSY = 0.5
BOOKING = (EARN_HTTP, EARN_ACTION, EARN_SQL, ACTION_SQL)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Orion against its database's limit.")
    parser.add_argument(
        "what", nargs="?", choices=["rates", "growth"], default="rates", help="growth: a ledger of 10 M lines"
    )
    parser.add_argument("--cards", type=int, default=growth.LARGE, help="how many the grown world has")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--rounds", type=int, default=ROUNDS, choices=range(1, ROUNDS_MAX + 1), help="how many rounds")
    parser.add_argument("--only", help="only measurements whose name holds this, without ratios")
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
        console.print(f"The machine is busy (load {load_before}): whatever has fewer processes then looks too slow.")
    with open_servers(folder) as (postgres, valkey):
        asyncio.run(write_world(postgres.url("postgres")))
        filled = asyncio.run(template(postgres.app_url, CARDS - 1))
        with open_stand(folder, postgres, valkey) as stand:
            if stand.frontend_missing:
                console.print(f"The till page is not measured: {stand.frontend_missing}", markup=False)
            chosen = [found for found in suite(stand, filled) if options.only is None or options.only in found.name]
            samples = _rounds(stand, chosen, options.rounds, console)
            earns = sum(one.answers for name in BOOKING for one in samples.get(name, ()))
            asyncio.run(prove(stand.superuser_url, earns))
        version = asyncio.run(_version(postgres.app_url))
    found = results(describe(version, load_before), samples, earns)
    show(found, console)
    if options.rounds >= ROUNDS and options.only is None:
        write(found)
        console.print(f"Written to {RESULTS.relative_to(PROJECT)}.")
    return int(options.strict and any(ratio.met is False for ratio in found.ratios))


def _rounds(stand: Stand, chosen: list[Measurement], rounds: int, console: Console) -> dict[str, list[Sample]]:
    assert rounds * len(BOOKING) * SLICE <= CARDS, "every measurement has cards of its own"
    samples: dict[str, list[Sample]] = {measurement.name: [] for measurement in chosen}
    for turn in range(rounds):
        console.print(f"Round {turn + 1} of {rounds} …")
        for measurement in chosen:
            samples[measurement.name].append(sample(stand, measurement, turn))
    return samples


async def _version(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
