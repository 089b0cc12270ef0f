"""`make chaos`: the runs of SEEDS=1,2,3 or of COUNT=200 seeds, one after the other, on one installation."""

import argparse
import asyncio
import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import structlog

from backend.dev.servers.launch import tethered
from tests.chaos.run import Report, open_town
from tests.chaos.stack import open_stack

ROUNDS = 10
ROOT = Path(__file__).resolve().parents[2]


async def run_all(seeds: Iterable[int], forks: str, folder: Path) -> list[Report]:
    reports = []
    async with open_stack(folder, forks) as stack, open_town(stack) as town:
        for seed in seeds:
            reports.append(await town.run(seed, ROUNDS))
            sys.stdout.write(str(reports[-1]))
            sys.stdout.flush()
    return reports


def summary(reports: list[Report]) -> str:
    late = [report.seed for report in reports if not report.is_in_time]
    broken = [report.seed for report in reports if report.broken]
    return (
        f"{len(reports)} seeds: {sum(len(report.faults) for report in reports)} faults, "
        f"{sum(report.bookings for report in reports)} bookings; next booking after "
        f"{max(report.worst_booking for report in reports):.2f} s at worst, email "
        f"{max(report.email for report in reports):.1f} s, pass {max(report.pass_ for report in reports):.1f} s; "
        f"broken: {broken or 'none'}, late: {late or 'none'}\n"
    )


def be_quiet() -> None:
    """The driver's own connections go away, too, and each would tell it."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def main() -> None:
    be_quiet()
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="")
    parser.add_argument("--count", type=int, default=0)
    told = parser.parse_args()
    seeds = range(1, told.count + 1) if told.count else [int(seed) for seed in told.seeds.split(",")]
    name = uuid4().hex
    command = tethered([sys.executable, "-m", "tests.forks", name])
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as forks:
        assert forks.stdout is not None
        assert forks.stdout.readline() == b"ready\n"
        try:
            reports = asyncio.run(run_all(seeds, name, Path(folder)))
        finally:
            forks.terminate()
    sys.stdout.write(summary(reports))
    sys.exit(any(report.broken for report in reports))


if __name__ == "__main__":
    main()
