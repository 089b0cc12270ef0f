"""Measures the till's rates in rounds on one installation, and verifies that what was answered was booked."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from benchmarks.booking_template import template
from benchmarks.data import CARDS
from benchmarks.earns import SLICE
from benchmarks.expiry import EXPIRING
from benchmarks.measurement import Measurement, Sample, sample
from benchmarks.servers import Setup, open_servers, open_setup
from benchmarks.suite import (
    ACTION_SQL,
    BATCH,
    EARN_ACTION,
    EARN_HTTP,
    EARN_PIN,
    EARN_SQL,
    TILL_ALONE,
    TILL_AT_NIGHT,
    TILL_BESIDE,
    TILL_IN_TURN,
    suite,
)
from benchmarks.verification import verify
from benchmarks.write_data import write_data

BOOKING = (
    EARN_HTTP,
    EARN_PIN,
    EARN_ACTION,
    EARN_SQL,
    ACTION_SQL,
    BATCH,
    TILL_ALONE,
    TILL_BESIDE,
    TILL_IN_TURN,
    TILL_AT_NIGHT,
)


class Rates(NamedTuple):
    samples: dict[str, list[Sample]]
    earns: int
    """Answered and verified to be booked."""


def measure_rates(folder: Path, rounds: int, wanted: Callable[[str], bool], console: Console) -> Rates:
    """Raises VerificationFailed when what was answered is not what was booked."""
    with open_servers(folder) as (postgres, valkey):
        asyncio.run(write_data(postgres.url("postgres")))
        filled = asyncio.run(template(postgres.app_url, CARDS - 1))
        with open_setup(folder, postgres, valkey) as setup:
            if setup.frontend_missing:
                console.print(f"The till page is not measured: {setup.frontend_missing}", markup=False)
            chosen = [each for each in suite(setup, filled) if wanted(each.name)]
            samples = _rounds(setup, chosen, rounds, console)
            earns = sum(one.answers + one.beside for name in BOOKING for one in samples.get(name, ()))
            asyncio.run(verify(setup.superuser_url, earns))
    return Rates(samples, earns)


def _rounds(setup: Setup, chosen: Sequence[Measurement], rounds: int, console: Console) -> dict[str, list[Sample]]:
    assert rounds * ((len(BOOKING) + 1) * SLICE + EXPIRING) <= CARDS, "every measurement has cards of its own"
    samples: dict[str, list[Sample]] = {measurement.name: [] for measurement in chosen}
    for turn in range(rounds):
        console.print(f"Round {turn + 1} of {rounds} …")
        for measurement in chosen:
            samples[measurement.name].append(sample(setup.pids, measurement, turn))
    return samples
