"""Any order of sales, stamps, redemptions, returns, terms and days: the card holds what the model says."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from fractions import Fraction
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from backend.core.clock import clock
from backend.merchants.models import Policy
from backend.services import Services
from tests.conftest import OpenShop
from tests.properties.model import REWARD, TARGET, Booking, Hold, Model
from tests.world.caller import Json, Refused, new_key
from tests.world.ledger import assert_ledger_adds_up
from tests.world.limits import forget_everything
from tests.world.office import Office, PlatformOffice
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller

Answer = TypeVar("Answer")
TERMS: dict[str, Any] = {
    "expiry_kind": "rolling",
    "expiry_days": 20,
    "stamps_target": TARGET,
    "cooldown_minutes": 0,
    "max_daily_stamps": 100,
}
OVER = {"hold_settled", "hold_not_found"}
"""After a day the till does not remember what was set aside."""
RATES = [Fraction(1), Fraction(1, 50), Fraction(3, 2)]
STEPS = [
    *["earn", "return_a_part", "let_days_pass"] * 3,
    *["redeem", "redeem_several", "void", "stamp", "reserve", "confirm"] * 2,
    "earn_some_cents",
    *["book_a_sale_late"] * 3,
    "send_a_sale_twice",
    "redeem_the_stamp_card",
    "return_some_pieces",
    "return_an_order",
    *["undo_a_return"] * 3,
    "confirm_fewer",
    "release",
    *["let_minutes_pass"] * 2,
    "adjust_up",
    "adjust_down",
    "publish_terms",
    "forbid_voids_for_a_moment",
    *["restore"] * 3,
    "go_on_with_a_new_card",
]


def _void_id(done: Json) -> str:
    (line,) = done["transactions"]
    return str(line["id"])


class CardMachine(RuleBasedStateMachine):
    loop: asyncio.AbstractEventLoop
    shop: Shop
    superuser: asyncpg.Connection
    paul: PlatformOffice

    def __init__(self) -> None:
        super().__init__()
        clock.reset()
        self.model = Model()
        self.wait(self.shop.publish(**TERMS))
        self.card = self.wait(self.shop.a_card())

    def wait(self, ask: Awaitable[Answer]) -> Answer:
        async def with_fresh_limits() -> Answer:
            await forget_everything(self.shop.services.redis)
            return await ask

        self.model.look(clock.now())
        return self.loop.run_until_complete(with_fresh_limits())

    @rule(what=st.sampled_from(STEPS), data=st.data())
    def step(self, what: str, data: st.DataObject) -> None:
        """One rule that chooses, because of several rules Hypothesis leaves some out for a whole run."""
        getattr(self, f"_{what}")(data)

    def _earn(self, data: st.DataObject) -> None:
        self._sell(data.draw(st.integers(10, 150)) * 100)

    def _earn_some_cents(self, data: st.DataObject) -> None:
        self._sell(data.draw(st.integers(1, 300)))

    def _sell(self, cents: int) -> None:
        reference = uuid4().hex
        booked = self.wait(self.shop.anna.earn(self.card, cents=cents, order_reference=reference))
        points = self.model.earn(booked["transaction"]["id"], cents, clock.now(), reference)
        assert booked["points_earned"] == points

    def _book_a_sale_late(self, data: st.DataObject) -> None:
        cents = data.draw(st.integers(1, 150)) * 100
        sold_at = clock.now() - timedelta(hours=data.draw(st.sampled_from([1, 30, 71])))
        booked = self.wait(self.shop.anna.earn(self.card, cents=cents, occurred_at=sold_at.isoformat()))
        assert booked["points_earned"] == self.model.earn(booked["transaction"]["id"], cents, sold_at)

    def _send_a_sale_twice(self, data: st.DataObject) -> None:
        cents, key = data.draw(st.integers(1, 60)) * 100, new_key()
        booked = self.wait(self.shop.anna.earn(self.card, cents=cents, key=key))
        self.model.earn(booked["transaction"]["id"], cents, clock.now())
        assert self.wait(self.shop.anna.earn(self.card, cents=cents, key=key)) == booked

    def _stamp(self, _: st.DataObject) -> None:
        self.model.stamp(self.wait(self.shop.anna.stamp(self.card))["transaction"]["id"])

    def _redeem(self, _: st.DataObject) -> None:
        self._hand_over(1)

    def _redeem_several(self, data: st.DataObject) -> None:
        self._hand_over(data.draw(st.integers(2, 3)))

    def _hand_over(self, quantity: int) -> None:
        try:
            booked = self.wait(self.shop.anna.redeem(self.card, self.shop.rewards[REWARD], quantity=quantity))
        except Refused as problem:
            assert (problem["code"], problem["balance"]) == ("insufficient_points", self.model.available)
            assert self.model.available < REWARD * quantity
        else:
            assert self.model.available >= REWARD * quantity
            self.model.redeem(booked["transaction"]["id"], quantity)

    def _redeem_the_stamp_card(self, _: st.DataObject) -> None:
        try:
            booked = self.wait(self.shop.anna.redeem(self.card))
        except Refused as problem:
            assert problem["code"] == "insufficient_stamps"
            assert self.model.stamps < TARGET
        else:
            assert self.model.stamps >= TARGET
            self.model.redeem_stamps(booked["transaction"]["id"])

    def _reserve(self, data: st.DataObject) -> None:
        quantity = data.draw(st.integers(1, 2))
        try:
            held = self.wait(self.shop.anna.reserve(self.card, self.shop.rewards[REWARD], quantity=quantity))
        except Refused as problem:
            assert (problem["code"], problem["balance"]) == ("insufficient_points", self.model.available)
            assert self.model.available < REWARD * quantity
        else:
            assert self.model.available >= REWARD * quantity
            self.model.reserve(held["hold"]["id"], quantity, clock.now())

    def _confirm(self, data: st.DataObject) -> None:
        if hold := self._some_hold(data):
            self._settle(hold, hold.quantity)

    def _confirm_fewer(self, data: st.DataObject) -> None:
        if hold := self._some_hold(data):
            self._settle(hold, 1)

    def _some_hold(self, data: st.DataObject) -> Hold | None:
        return data.draw(st.sampled_from(self.model.holds)) if self.model.holds else None

    def _settle(self, hold: Hold, quantity: int) -> None:
        """Lots may have expired since the points were set aside."""
        try:
            booked = self.wait(self.shop.anna.confirm(self.card, hold.id, quantity=quantity))
        except Refused as problem:
            is_open = hold in self.model.open_holds(clock.now())
            assert problem["code"] in ({"insufficient_points"} if is_open else OVER)
            free = self.model.balance - self.model.held + hold.quantity * REWARD
            assert not is_open or free < quantity * REWARD
        else:
            hold.is_settled = True
            self.model.redeem(booked["transaction"]["id"], quantity)

    def _release(self, data: st.DataObject) -> None:
        if not (hold := self._some_hold(data)):
            return
        try:
            self.wait(self.shop.anna.release(self.card, hold.id))
        except Refused as problem:
            assert problem["code"] in OVER
            assert hold not in self.model.open_holds(clock.now())
        else:
            hold.is_settled = True

    def _void(self, data: st.DataObject) -> None:
        if self.model.bookings:
            self._take_back(data.draw(st.sampled_from(self.model.bookings)))

    def _return_a_part(self, data: st.DataObject) -> None:
        if sales := [booking for booking in self.model.bookings if booking.kind == "earned"]:
            sale = data.draw(st.sampled_from(sales))
            self._take_back(sale, cents=data.draw(st.integers(1, sale.cents)))

    def _return_some_pieces(self, data: st.DataObject) -> None:
        if handed := [booking for booking in self.model.bookings if booking.kind == "redeemed"]:
            booking = data.draw(st.sampled_from(handed))
            self._take_back(booking, quantity=data.draw(st.integers(1, booking.quantity)))

    def _take_back(self, booking: Booking, *, cents: int | None = None, quantity: int | None = None) -> None:
        parts = {"amount_cents": cents, "quantity": quantity}
        body: Json = {name: part for name, part in parts.items() if part}
        too_much = (cents or 0) > booking.cents - booking.returned_cents or (
            (quantity or 0) > booking.quantity - booking.returned_quantity
        )
        try:
            done = self.wait(self.shop.claire.void(booking.id, **body))
        except Refused as problem:
            expected = "already_void" if booking.is_void else "return_exceeds_sale" if too_much else "already_spent"
            assert problem["code"] == expected
            assert booking.is_void or too_much or (booking.kind == "stamped" and self.model.stamps == 0)
        else:
            assert not booking.is_void and not too_much
            self.model.void(_void_id(done), booking, clock.now(), cents=cents, quantity=quantity)

    def _undo_a_return(self, data: st.DataObject) -> None:
        if not self.model.returns:
            return
        returned = data.draw(st.sampled_from(self.model.returns))
        reference = returned.booking.reference
        try:
            self.wait(self.shop.claire.void(returned.id))
        except Refused as problem:
            assert problem["code"] == ("already_void" if returned.is_undone else "insufficient_stamps"), reference
            assert returned.is_undone or not self.model.can_undo(returned)
        else:
            assert not returned.is_undone
            assert self.model.can_undo(returned)
            self.model.undo(returned, clock.now())

    def _return_an_order(self, data: st.DataObject) -> None:
        if sales := [booking for booking in self.model.bookings if booking.reference and not booking.is_void]:
            sale = data.draw(st.sampled_from(sales))
            assert sale.reference is not None
            done = self.wait(self.shop.claire.return_order(sale.reference))
            self.model.void(_void_id(done), sale, clock.now())

    def _adjust_up(self, data: st.DataObject) -> None:
        points = data.draw(st.integers(1, 50))
        self.wait(self.shop.claire.adjust(self.card, points))
        self.model.grant(points, clock.now())

    def _adjust_down(self, data: st.DataObject) -> None:
        points = data.draw(st.integers(1, 50))
        try:
            self.wait(self.shop.claire.adjust(self.card, -points))
        except Refused as problem:
            assert problem["code"] == "balance_below_zero"
            assert self.model.available < points
        else:
            self.model.take(points)

    def _restore(self, data: st.DataObject) -> None:
        points = data.draw(st.integers(1, 60))
        try:
            self.wait(self.paul.restore(self.card, points))
        except Refused as problem:
            assert (problem["code"], problem["restorable"]) == ("restore_exceeds_expired", self.model.restorable)
            assert self.model.restorable < points
        else:
            assert self.model.restorable >= points
            self.model.restore(points, clock.now())

    def _go_on_with_a_new_card(self, _: st.DataObject) -> None:
        new = self.wait(self.shop.a_card())
        try:
            self.wait(Office.of(self.shop.claire).merge(new, self.card))
        except Refused as problem:
            assert problem["code"] == "card_has_holds"
            assert self.model.open_holds(clock.now())
        else:
            self.card = new
            self.model.merge()

    def _publish_terms(self, data: st.DataObject) -> None:
        """Sales keep the terms they were made under."""
        rate, days = data.draw(st.sampled_from(RATES)), data.draw(st.sampled_from([0, 1, 5, 20]))
        forgives = data.draw(st.booleans())
        terms = TERMS | {
            "points_numerator": rate.numerator,
            "points_denominator": rate.denominator,
            "expiry_kind": "rolling" if days else "none",
            "expiry_days": days or None,
            "return_policy": "within_balance" if forgives else "debt",
        }
        self.wait(self.shop.publish(**terms))
        self.model.publish(rate, days, clock.now(), forgives=forgives)

    def _forbid_voids_for_a_moment(self, _: st.DataObject) -> None:
        if not self.model.bookings:
            return
        self.wait(self.shop.change(Policy, allow_void_transactions=False))
        with pytest.raises(Refused, match="void_not_allowed"):
            self.wait(self.shop.claire.void(self.model.bookings[-1].id))
        self.wait(self.shop.change(Policy, allow_void_transactions=True))

    def _let_days_pass(self, data: st.DataObject) -> None:
        clock.move(timedelta(days=data.draw(st.sampled_from([1, 6, 21]))))

    def _let_minutes_pass(self, data: st.DataObject) -> None:
        clock.move(timedelta(minutes=data.draw(st.sampled_from([3, 10, 11]))))

    @invariant()
    def the_card_holds_what_the_model_says(self) -> None:
        seen = self.wait(self.shop.claire.show(self.card))
        told = (seen["points_balance"], seen["debt_points"], seen["stamp_count"], seen["held_points"])
        assert told == (self.model.balance, self.model.debt, self.model.stamps, self.model.held)

    def teardown(self) -> None:
        self.loop.run_until_complete(assert_ledger_adds_up(self.superuser, [self.shop.merchant_id]))
        clock.reset()


@pytest.fixture
async def own_shop(opened: OpenShop) -> Shop:
    return await opened(terms=TERMS, rewards=[{"points_required": REWARD}])


@pytest.fixture
async def paul(services: Services, anonymous: AnonymousCaller) -> PlatformOffice:
    return await hire_admin(services, anonymous, "Paul Klein")


@pytest.mark.slow
def test_a_card_holds_what_the_model_says(
    own_shop: Shop, paul: PlatformOffice, superuser: asyncpg.Connection, loop: asyncio.AbstractEventLoop
) -> None:
    CardMachine.loop, CardMachine.shop, CardMachine.superuser, CardMachine.paul = loop, own_shop, superuser, paul
    run_state_machine_as_test(
        CardMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            # Making a failure smaller would take minutes.
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
