"""Measures the till's rates in rounds on one installation, and verifies that what was answered was booked."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from benchmarks.earns import SLICE
from benchmarks.measuring import Measurement, Sample, sample
from benchmarks.proof import prove
from benchmarks.servers import Stand, open_servers, open_stand
from benchmarks.sql import template
from benchmarks.suite import ACTION_SQL, EARN_ACTION, EARN_HTTP, EARN_PIN, EARN_SQL, suite
from benchmarks.world import CARDS, write_world

BOOKING = (EARN_HTTP, EARN_PIN, EARN_ACTION, EARN_SQL, ACTION_SQL)


class Rates(NamedTuple):
    samples: dict[str, list[Sample]]
    earns: int
    """Answered and verified to be booked."""


def measure_rates(folder: Path, rounds: int, wanted: Callable[[str], bool], console: Console) -> Rates:
    """Raises ProofFailed when what was answered is not what was booked."""
    with open_servers(folder) as (postgres, valkey):
        asyncio.run(write_world(postgres.url("postgres")))
        filled = asyncio.run(template(postgres.app_url, CARDS - 1))
        with open_stand(folder, postgres, valkey) as stand:
            if stand.frontend_missing:
                console.print(f"The till page is not measured: {stand.frontend_missing}", markup=False)
            chosen = [found for found in suite(stand, filled) if wanted(found.name)]
            samples = _rounds(stand, chosen, rounds, console)
            earns = sum(one.answers for name in BOOKING for one in samples.get(name, ()))
            asyncio.run(prove(stand.superuser_url, earns))
    return Rates(samples, earns)


def _rounds(stand: Stand, chosen: Sequence[Measurement], rounds: int, console: Console) -> dict[str, list[Sample]]:
    assert rounds * len(BOOKING) * SLICE <= CARDS, "every measurement has cards of its own"
    samples: dict[str, list[Sample]] = {measurement.name: [] for measurement in chosen}
    for turn in range(rounds):
        console.print(f"Round {turn + 1} of {rounds} …")
        for measurement in chosen:
            samples[measurement.name].append(sample(stand.pids, measurement, turn))
    return samples
