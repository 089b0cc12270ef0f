"""Three seeds of `make chaos`, on one installation: nothing is lost. How long it took is only reported."""

from collections.abc import AsyncIterator

import pytest

from tests.chaos.run import Town, open_town
from tests.chaos.stack import open_stack

ROUNDS = 2


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory, forks: str) -> AsyncIterator[Town]:
    async with open_stack(tmp_path_factory.mktemp("chaos"), forks) as stack, open_town(stack) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_goes_wrong_nothing_is_lost_and_nothing_is_done_twice(town: Town, seed: int) -> None:
    """Also that every fault is over within a minute, however busy the machine: a run gives up otherwise."""
    report = await town.run(seed, ROUNDS)
    assert not report.broken, str(report)
    assert report.bookings > 0
