"""Tablets without a network, with clocks that are wrong, batches cut off and repeated, and a till that goes on: what
they redeem is never more than was held for them, and everything they did has one outcome."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.core.clock import clock
from backend.core.ids import new_id
from backend.core.problems import Problem
from backend.devices.simulator.queue import QueuedOperation
from backend.loyalty.ledger.tasks.time_out_holds import time_out_holds
from backend.staff_pins.grants.models import OfflineRules
from tests.conftest import OpenShop
from tests.world.caller import Refused
from tests.world.ledger import assert_ledger_adds_up
from tests.world.limits import forget_everything
from tests.world.shop import Shop
from tests.world.tablet_queue import OfflineTablet, a_tablet, dying_after
from tests.world.till import Card

PIN, REWARD = "482915", 40
TABLETS, CARDS, POINTS = 3, 2, 160
WRONG_BY = (timedelta(0), timedelta(hours=-9), timedelta(hours=7))
OFFLINE = [*["redeem"] * 9, "redeem_without", "sell", "restart", "set_clock"]
ONLINE = [*["hold"] * 6, *["hand_in"] * 2, "hand_in_a_part", "is_cut_off", "hand_in_twice_at_once", "release"]
BESIDE = ["redeem_at_the_till", "earn_at_the_till", "let_time_pass", "time_out"]
steps = st.lists(
    st.tuples(st.sampled_from([*OFFLINE, *ONLINE, *BESIDE]), st.integers(0, TABLETS - 1), st.integers(0, 11)),
    min_size=30,
    max_size=50,
)
ALLOWANCES = """
    SELECT h.id, h.amount, h.used_amount, coalesce(-sum(t.amount), 0) AS redeemed
    FROM holds h LEFT JOIN transactions t ON t.merchant_id = h.merchant_id AND t.hold_id = h.id
    WHERE h.merchant_id = $1 AND h.is_allowance GROUP BY h.merchant_id, h.id
"""
REDEEMED = """
    SELECT t.idempotency_key, t.hold_id FROM transactions t
    JOIN device_operations o ON o.merchant_id = t.merchant_id AND o.operation_id = t.idempotency_key
    WHERE t.merchant_id = $1 AND t.kind = 'redeemed'
"""
OPERATIONS = """
    SELECT o.operation_id, o.state, o.transaction_id,
           (SELECT count(*) FROM transactions t
            WHERE t.merchant_id = o.merchant_id AND t.idempotency_key = o.operation_id) AS bookings
    FROM device_operations o WHERE o.merchant_id = $1 AND o.device_id = $2
"""
BELOW_ZERO = "SELECT count(*) FROM transactions WHERE merchant_id = $1 AND (points_after < 0 OR debt_after > 0)"


@dataclass
class Partition:
    """Some tablets that come and go, two cards, and a till that goes on."""

    shop: Shop
    cards: list[Card]
    tablets: list[OfflineTablet]
    happened: Counter[str]
    held: list[list[dict[str, Any]]] = field(default_factory=lambda: [[] for _ in range(TABLETS)])
    """By tablet: its allowances so far, also those that have ended."""

    async def take(self, step: str, place: int, number: int) -> None:
        await forget_everything(self.shop.services.redis)
        with suppress(Refused, Problem):
            await getattr(self, f"_{step}")(place, number)
            self.happened[step] += 1

    async def _hold(self, place: int, number: int) -> None:
        self.held[place].append(await self.tablets[place].hold(self._card(number), REWARD * (1 + number % 3)))

    async def _redeem(self, place: int, number: int) -> None:
        if mine := self.held[place]:
            allowance = mine[number % len(mine)]
            quantity = {"quantity": 1 + number % 2}
            self.tablets[place].redeemed(allowance["card_id"], self._reward, allowance["id"], body=quantity)

    async def _redeem_without(self, place: int, number: int) -> None:
        others = self.held[(place + 1) % TABLETS]
        allowance = others[number % len(others)]["id"] if others else None
        self.tablets[place].redeemed(self._card(number), self._reward, allowance)

    async def _sell(self, place: int, number: int) -> None:
        self.tablets[place].sold(self._card(number), 100 * number + 1)

    async def _restart(self, place: int, _: int) -> None:
        self.tablets[place].restart()

    async def _set_clock(self, place: int, number: int) -> None:
        self.tablets[place].wrong_by = timedelta(hours=number - 6)

    async def _hand_in(self, place: int, _: int) -> None:
        await self._upload(place, self.tablets[place].queue)

    async def _hand_in_a_part(self, place: int, number: int) -> None:
        await self._upload(place, self.tablets[place].queue[number % 5 :: 2])

    async def _hand_in_twice_at_once(self, place: int, _: int) -> None:
        await asyncio.gather(*(self._upload(place, self.tablets[place].queue) for _ in range(2)))

    async def _is_cut_off(self, place: int, number: int) -> None:
        """The process dies in the middle of the batch."""
        with dying_after(number % 4):
            await self._upload(place, self.tablets[place].queue)

    async def _upload(self, place: int, operations: list[QueuedOperation]) -> None:
        if operations:
            await self.tablets[place].hand_in(self.tablets[place].batch(operations))

    async def _release(self, place: int, number: int) -> None:
        if mine := self.held[place]:
            await self.tablets[place].release(mine[number % len(mine)])

    async def _redeem_at_the_till(self, _: int, number: int) -> None:
        await self.shop.anna.redeem(self._card(number), self._reward)

    async def _earn_at_the_till(self, _: int, number: int) -> None:
        await self.shop.anna.earn(self._card(number), cents=1000)

    async def _let_time_pass(self, _: int, number: int) -> None:
        clock.move(timedelta(minutes=10 * number))

    async def _time_out(self, _: int, __: int) -> None:
        await time_out_holds(self.shop.services.pool, [self.shop.merchant_id], clock.now())

    def _card(self, number: int) -> Card:
        return self.cards[number % CARDS]

    @property
    def _reward(self) -> str:
        return self.shop.rewards[REWARD]

    async def settle(self) -> None:
        """Everybody has a network again, and hands in everything, twice."""
        for tablet in self.tablets:
            if tablet.queue:
                first = await tablet.hand_in(tablet.batch())
                again = await tablet.hand_in(tablet.batch())
                assert [result.id for result in first] == [sent["id"] for sent in tablet.queue]
                assert not {result.outcome for result in (*first, *again)} - {"applied", "duplicate", "review"}
                assert [result.transaction_id for result in again] == [result.transaction_id for result in first]
                assert "failed" not in {result.reason for result in first}, "the database had to refuse it"
                self.happened.update(result.reason for result in first if result.reason)

    async def check(self, superuser: asyncpg.Connection) -> None:
        merchant_id = self.shop.merchant_id
        for allowance in await superuser.fetch(ALLOWANCES, merchant_id):
            assert allowance["redeemed"] == allowance["used_amount"] <= allowance["amount"]
        redeemed = await superuser.fetch(REDEEMED, merchant_id)
        assert all(row["hold_id"] for row in redeemed), "each from an allowance"
        self.happened["redeemed"] += len(redeemed)
        assert await superuser.fetchval(BELOW_ZERO, merchant_id) == 0
        for tablet in self.tablets:
            kept = {
                row["operation_id"]: row for row in await superuser.fetch(OPERATIONS, merchant_id, tablet.device_id)
            }
            assert kept.keys() == {sent["id"] for sent in tablet.queue}, "nothing lost, nothing invented"
            for row in kept.values():
                is_booked = row["state"] == "applied" and row["transaction_id"] is not None
                assert row["bookings"] == is_booked
        await assert_ledger_adds_up(superuser, [merchant_id])


@pytest.fixture
async def market(opened: OpenShop) -> Shop:
    """Its tablets may redeem offline."""
    shop = await opened(rewards=[{"points_required": REWARD}])
    await shop.give_pin("anna", PIN)
    rules = {"operations": ["points", "redeem"], "grant_hours": 12, "max_operations": 200, "max_points": 1000}
    held = {"max_allowance_points": 3 * REWARD, "max_allowance_stamps": 0, "allowance_hours": 2}
    await shop.add(OfflineRules, id=new_id(), device_id=None, window_hours=72, **rules | held)
    return shop


def test_what_tablets_redeem_offline_is_never_more_than_was_held_for_them(
    market: Shop, superuser: asyncpg.Connection, loop: asyncio.AbstractEventLoop
) -> None:
    happened: Counter[str] = Counter()

    async def live(drawn: list[tuple[str, int, int]]) -> None:
        cards = [await market.a_card(points=POINTS) for _ in range(CARDS)]
        tablets = [await a_tablet(market, wrong_by=wrong_by) for wrong_by in WRONG_BY]
        for tablet in tablets:
            await tablet.check_pin("anna", PIN)
        partition = Partition(market, cards, tablets, happened)
        for step in drawn:
            await partition.take(*step)
        await partition.settle()
        await partition.check(superuser)

    @given(drawn=steps)
    @settings(max_examples=10, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def whatever_happens(drawn: list[tuple[str, int, int]]) -> None:
        loop.run_until_complete(live(drawn))

    whatever_happens()
    expected = {*OFFLINE, *ONLINE, *BESIDE, "redeemed", "balance", "allowance", "no_allowance"}
    assert expected <= happened.keys(), f"never drawn: {expected - happened.keys()}"
