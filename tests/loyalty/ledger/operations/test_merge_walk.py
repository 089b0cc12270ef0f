"""Every promise of the ledger holds after each step between merges and their reversals."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world.caller import Json, Refused
from tests.world.ledger import assert_ledger_adds_up
from tests.world.limits import forget_everything
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import Card

STEPS = 60
LIVES: list[Json] = [
    {"expiry_kind": "rolling", "expiry_days": 20},
    {"expiry_kind": "inactivity", "expiry_days": 15},
    {"expiry_kind": "none", "points_numerator": 1, "points_denominator": 3, "return_policy": "within_balance"},
]
WHATS = [*["earn", "redeem"] * 5, *["stamp", "void"] * 3, *["return_part", "merge", "reverse"] * 2, "wait", "adjust"]


class Walk:
    """A shop with four cards, of which every step does something to one or two."""

    def __init__(self, shop: Shop, cards: list[Card], luck: random.Random) -> None:
        self.shop, self.cards, self.luck = shop, cards, luck
        self.owner = Office.of(shop.claire)
        self.bookings: list[Json] = []
        self.merges: list[Json] = []
        self.done: set[str] = set()

    async def step(self) -> None:
        what = self.luck.choice(WHATS)
        act: Callable[[], Awaitable[Any]] = getattr(self, f"_{what}")
        try:
            await act()
        except Refused as problem:
            assert problem.status in {409, 422}, problem
        else:
            self.done.add(what)

    @property
    def card(self) -> Card:
        return self.luck.choice(self.cards)

    async def _earn(self) -> None:
        self.bookings.append(await self.shop.anna.earn(self.card, cents=self.luck.randint(100, 16_000)))

    async def _stamp(self) -> None:
        self.bookings.append(await self.shop.anna.stamp(self.card))

    async def _redeem(self) -> None:
        reward = self.luck.choice([self.shop.rewards[20], None])
        self.bookings.append(await self.shop.anna.redeem(self.card, reward))

    async def _void(self) -> None:
        if self.bookings:
            await self.shop.claire.void(self.luck.choice(self.bookings))

    async def _return_part(self) -> None:
        if self.bookings:
            await self.shop.claire.void(self.luck.choice(self.bookings), amount_cents=self.luck.randint(1, 4000))

    async def _merge(self) -> None:
        self.merges.append(await self.owner.merge(*self.luck.sample(self.cards, 2)))

    async def _reverse(self) -> None:
        if self.merges:
            await self.owner.reverse(self.luck.choice(self.merges))

    async def _wait(self) -> None:
        clock.move(timedelta(days=self.luck.choice([1, 5, 9, 21])))

    async def _adjust(self) -> None:
        await self.owner.adjust(self.card, self.luck.choice([-5, 7]))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
async def test_merges_among_sales_returns_and_days_keep_every_promise(
    opened: OpenShop, superuser: asyncpg.Connection, seed: int
) -> None:
    terms = {"cooldown_minutes": 0, "max_daily_stamps": 100, "stamps_target": 3} | LIVES[seed % len(LIVES)]
    shop = await opened(terms=terms, rewards=[{"points_required": 20}])
    walk = Walk(shop, [await shop.a_card() for _ in range(4)], random.Random(seed))
    for _ in range(STEPS):
        await forget_everything(shop.services.redis)
        await walk.step()
        await assert_ledger_adds_up(superuser, [shop.merchant_id])
    assert {"earn", "void", "merge", "reverse"} <= walk.done
