"""Any order of sales, stamps, redemptions, voids and days, against a model that fits on a page."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from backend.core.clock import clock
from tests.world.caller import Refused, new_key
from tests.world.ledger import assert_ledger_adds_up
from tests.world.shop import Shop

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
EXPIRY_DAYS, TARGET, REWARD = 20, 3, 40


@dataclass
class Booking:
    id: str
    kind: str
    points: int = 0
    lot: "Lot | None" = None
    paid_from: list[tuple["Lot", int]] = field(default_factory=list)
    voided: bool = False


@dataclass
class Lot:
    left: int
    ends_at: datetime
    has_grace: bool = False


class Card(RuleBasedStateMachine):
    """One card of a shop whose points live for twenty days."""

    loop: asyncio.AbstractEventLoop
    shop: Shop
    superuser: asyncpg.Connection

    def __init__(self) -> None:
        super().__init__()
        clock.reset()
        self.lots: list[Lot] = []
        self.debt = self.stamps = 0
        self.bookings: list[Booking] = []
        self.last: tuple[str, Any] | None = None
        self.card = self.wait(self.shop.a_card())

    def wait(self, ask: Awaitable[Any]) -> Any:
        self.wait_quietly(self.shop.services.redis.flushdb())
        return self.wait_quietly(ask)

    def wait_quietly(self, ask: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(ask)

    @property
    def live(self) -> list[Lot]:
        now = clock.now()
        return sorted((lot for lot in self.lots if lot.left and lot.ends_at > now), key=lambda lot: lot.ends_at)

    @property
    def balance(self) -> int:
        return sum(lot.left for lot in self.live)

    def pay_debt(self, points: int) -> int:
        """What is left of points that come in."""
        paid = min(self.debt, points)
        self.debt -= paid
        return points - paid

    @rule(euros=st.integers(1, 60))
    def earn(self, euros: int) -> None:
        today = clock.now().astimezone(LUXEMBOURG).date()
        ends_on = today + timedelta(days=EXPIRY_DAYS + 1)
        lot = Lot(self.pay_debt(euros), datetime(ends_on.year, ends_on.month, ends_on.day, tzinfo=LUXEMBOURG))
        booked = self.wait(self.shop.anna.earn(self.card, cents=euros * 100))
        self.lots.append(lot)
        self.bookings.append(Booking(booked["transaction"]["id"], "earned", euros, lot))

    @rule()
    def stamp(self) -> None:
        booked = self.wait(self.shop.anna.stamp(self.card))
        self.stamps += 1
        self.bookings.append(Booking(booked["transaction"]["id"], "stamped"))

    @rule()
    def redeem(self) -> None:
        try:
            booked = self.wait(self.shop.anna.redeem(self.card, self.shop.rewards[REWARD]))
        except Refused as problem:
            assert problem["code"] == "insufficient_points"
            assert self.balance < REWARD
            return
        assert self.balance >= REWARD
        booking, owed = Booking(booked["transaction"]["id"], "redeemed", REWARD), REWARD
        for lot in self.live:
            part = min(lot.left, owed)
            if part:
                lot.left -= part
                owed -= part
                booking.paid_from.append((lot, part))
        self.bookings.append(booking)

    @rule()
    def redeem_stamps(self) -> None:
        try:
            booked = self.wait(self.shop.anna.redeem(self.card))
        except Refused as problem:
            assert problem["code"] == "insufficient_stamps"
            assert self.stamps < TARGET
            return
        self.stamps -= TARGET
        self.bookings.append(Booking(booked["transaction"]["id"], "stamps redeemed"))

    @precondition(lambda self: self.bookings)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        booking = data.draw(st.sampled_from(self.bookings))
        try:
            self.wait(self.shop.claire.void(booking.id))
        except Refused as problem:
            spent = booking.kind == "stamped" and self.stamps == 0
            assert problem["code"] == ("already_void" if booking.voided else "already_spent")
            assert booking.voided or spent
            return
        assert not booking.voided
        booking.voided = True
        getattr(self, f"_void_{booking.kind.replace(' ', '_')}")(booking)

    def _void_earned(self, booking: Booking) -> None:
        assert booking.lot is not None
        expired = booking.lot.left if booking.lot.ends_at <= clock.now() else 0
        if expired:
            booking.lot.left = 0
        owed = booking.points - expired - getattr(booking, "expired_before", 0)
        for lot in sorted(self.live, key=lambda lot: lot is not booking.lot):
            part = min(lot.left, owed)
            lot.left -= part
            owed -= part
        self.debt += owed

    def _void_redeemed(self, booking: Booking) -> None:
        now = clock.now()
        for lot, part in sorted(booking.paid_from, key=lambda entry: self.lots.index(entry[0])):
            if lot.ends_at <= now and not lot.has_grace:
                lot.ends_at, lot.has_grace, lot.left = now + timedelta(days=14), True, 0
            lot.left += self.pay_debt(part)

    def _void_stamped(self, booking: Booking) -> None:
        self.stamps -= 1

    def _void_stamps_redeemed(self, booking: Booking) -> None:
        self.stamps += TARGET

    @rule(euros=st.integers(1, 60))
    def the_same_sale_sent_twice(self, euros: int) -> None:
        key = new_key()
        first = self.wait(self.shop.anna.earn(self.card, cents=euros * 100, key=key))
        self.earn_in_model(first, euros)
        assert self.wait(self.shop.luc.earn(self.card, cents=euros * 100, key=key)) == first

    def earn_in_model(self, booked: Any, euros: int) -> None:
        today = clock.now().astimezone(LUXEMBOURG).date()
        ends_on = today + timedelta(days=EXPIRY_DAYS + 1)
        lot = Lot(self.pay_debt(euros), datetime(ends_on.year, ends_on.month, ends_on.day, tzinfo=LUXEMBOURG))
        self.lots.append(lot)
        self.bookings.append(Booking(booked["transaction"]["id"], "earned", euros, lot))

    @rule(days=st.integers(1, 15))
    def days_pass(self, days: int) -> None:
        clock.move(timedelta(days=days))

    @invariant()
    def the_card_shows_what_the_model_says(self) -> None:
        seen = self.wait(self.shop.claire.show(self.card))
        assert (seen["points_balance"], seen["debt_points"], seen["stamp_count"]) == (
            self.balance, self.debt, self.stamps,
        )  # fmt: skip

    def teardown(self) -> None:
        self.wait_quietly(assert_ledger_adds_up(self.superuser))
        clock.reset()
