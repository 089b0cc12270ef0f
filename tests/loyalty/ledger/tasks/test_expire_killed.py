"""Two runs at once, in processes of their own, are killed in the middle: each lot expires exactly once nevertheless."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.settings import Settings
from tests.conftest import OpenShop, Servers
from tests.forks import Fork
from tests.world.ledger import assert_ledger_adds_up
from tests.world.patience import until
from tests.world.process import environment
from tests.world.shop import Shop

pytestmark = pytest.mark.slow

CARDS, SEED = 60, 13
TIMES_EXPIRED = """
SELECT l.remaining, count(a.*), coalesce(sum(a.amount), 0)::int
FROM lots l
LEFT JOIN (allocations a JOIN transactions t
           ON t.merchant_id = a.merchant_id AND t.id = a.transaction_id AND t.kind = 'expired')
  ON a.merchant_id = l.merchant_id AND a.lot_id = l.id
WHERE l.merchant_id = $1 GROUP BY l.id, l.remaining
"""
LEFT = "SELECT id FROM cards WHERE merchant_id = $1 AND points_balance > 0 ORDER BY id"
LOCK = "SELECT FROM cards WHERE merchant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE"


class Runs:
    """`orion points expire` for one merchant."""

    def __init__(self, shop: Shop, settings: Settings, forks: str) -> None:
        self._shop, self._forks, self._environment = shop, forks, environment(settings)

    def begin(self) -> Fork:
        with Path(os.devnull).open("wb") as nowhere:
            command = ["backend.cli", "points", "expire", "--merchant", self._shop.code]
            return Fork(self._forks, command, self._environment, nowhere.fileno())

    @asynccontextmanager
    async def two_killed(self) -> AsyncIterator[None]:
        runs = [self.begin(), self.begin()]
        try:
            yield
        finally:
            for run in runs:
                run.kill()


@pytest.fixture
async def locker(servers: Servers) -> AsyncIterator[asyncpg.Connection]:
    """Books on cards for as long as its transaction lasts."""
    connection = await asyncpg.connect(servers.superuser_url())
    yield connection
    await connection.close()


async def test_each_lot_expires_once_however_often_its_runs_are_killed(
    opened: OpenShop, settings: Settings, forks: str, superuser: asyncpg.Connection, locker: asyncpg.Connection
) -> None:
    """Some cards are kept busy, so that the runs are still at it when they are killed."""
    dice, shop = random.Random(SEED), await a_shop_whose_points_have_expired(opened)
    runs = Runs(shop, settings, forks)
    for is_killed_when in (some_are_booked, all_others_are_booked):
        left = [row["id"] for row in await superuser.fetch(LEFT, shop.merchant_id)]
        busy = dice.sample(left, len(left) * 2 // 3)
        async with locker.transaction():
            await locker.execute(LOCK, shop.merchant_id, busy)
            async with runs.two_killed():
                await until(is_killed_when(superuser, shop, left, busy))
    assert await asyncio.to_thread(runs.begin().wait) == 0
    told = {tuple(row) for row in await superuser.fetch(TIMES_EXPIRED, shop.merchant_id)}
    assert told == {(0, 1, 10)}
    await assert_ledger_adds_up(superuser, [shop.merchant_id])


async def a_shop_whose_points_have_expired(opened: OpenShop) -> Shop:
    """By the clock of the machine, which the processes have."""
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    clock.move(timedelta(days=-30))
    for _ in range(CARDS):
        await shop.a_card(points=10)
    clock.reset()
    return shop


def some_are_booked(
    superuser: asyncpg.Connection, shop: Shop, before: Sequence[UUID], _: Sequence[UUID]
) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        return len(await superuser.fetch(LEFT, shop.merchant_id)) < len(before)

    return is_so


def all_others_are_booked(
    superuser: asyncpg.Connection, shop: Shop, _: Sequence[UUID], busy: Sequence[UUID]
) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        return {row["id"] for row in await superuser.fetch(LEFT, shop.merchant_id)} == set(busy)

    return is_so
