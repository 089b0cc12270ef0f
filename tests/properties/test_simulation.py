"""Faults drawn from a seed. `SIMULATION_SEEDS=1,2,3 make simulate` tries others; a failure names its seed and step."""

import os

import asyncpg
import pytest

from backend.core.settings import Settings
from tests.conftest import OpenShop
from tests.properties.simulation import STOCK, a_day

SEEDS = [int(seed) for seed in os.environ.get("SIMULATION_SEEDS", "20261122,8").split(",")]
STEPS = int(os.environ.get("SIMULATION_STEPS", "10"))
TILLS_AT_ONCE = 12


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_the_ledger_adds_up_after_every_step_with_every_fault(
    opened: OpenShop, settings: Settings, superuser: asyncpg.Connection, forks: str, seed: int
) -> None:
    shop = await opened(
        terms={"cooldown_minutes": 0, "max_daily_stamps": 100, "stamps_target": 3},
        rewards=[{"points_required": 50, "stock": STOCK}],
    )
    async with a_day(seed, shop, settings, superuser, forks) as day:
        for step in range(STEPS):
            try:
                await day.step(TILLS_AT_ONCE)
            except AssertionError as failure:
                raise AssertionError(f"seed {seed}, step {step}: {failure}") from failure
        assert len(day.booked) > STEPS, "something was booked"
