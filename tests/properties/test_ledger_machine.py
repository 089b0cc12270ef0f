"""Any order of sales, stamps, redemptions, voids and days: the card holds what the model says."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.properties.model import EXPIRY_DAYS, REWARD, TARGET, Model
from tests.world.caller import Refused, new_key
from tests.world.ledger import assert_ledger_adds_up
from tests.world.shop import Shop

Answer = TypeVar("Answer")
TERMS = {
    "expiry_kind": "rolling",
    "expiry_days": EXPIRY_DAYS,
    "stamps_target": TARGET,
    "cooldown_minutes": 0,
    "max_daily_stamps": 100,
}
STEPS = [
    *["earn", "void", "let_days_pass"] * 3,
    *["redeem", "stamp"] * 2,
    "redeem_the_stamp_card",
    "send_a_sale_twice",
]


@pytest.fixture(scope="session")
async def loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


class CardMachine(RuleBasedStateMachine):
    loop: asyncio.AbstractEventLoop
    shop: Shop
    superuser: asyncpg.Connection

    def __init__(self) -> None:
        super().__init__()
        clock.reset()
        self.model = Model()
        self.card = self.wait(self.shop.a_card())

    def wait(self, ask: Awaitable[Answer]) -> Answer:
        async def with_fresh_limits() -> Answer:
            await self.shop.services.redis.flushdb()
            return await ask

        self.model.look(clock.now())
        return self.loop.run_until_complete(with_fresh_limits())

    @rule(what=st.sampled_from(STEPS), data=st.data())
    def step(self, what: str, data: st.DataObject) -> None:
        """One rule that chooses, because of several rules Hypothesis leaves some out for a whole run."""
        getattr(self, f"_{what}")(data)

    def _earn(self, data: st.DataObject) -> None:
        euros = data.draw(st.integers(1, 60))
        booked = self.wait(self.shop.anna.earn(self.card, cents=euros * 100))
        self.model.earn(booked["transaction"]["id"], euros, clock.now())

    def _send_a_sale_twice(self, data: st.DataObject) -> None:
        euros, key = data.draw(st.integers(1, 60)), new_key()
        booked = self.wait(self.shop.anna.earn(self.card, cents=euros * 100, key=key))
        self.model.earn(booked["transaction"]["id"], euros, clock.now())
        assert self.wait(self.shop.luc.earn(self.card, cents=euros * 100, key=key)) == booked

    def _stamp(self, _: st.DataObject) -> None:
        self.model.stamp(self.wait(self.shop.anna.stamp(self.card))["transaction"]["id"])

    def _redeem(self, _: st.DataObject) -> None:
        try:
            booked = self.wait(self.shop.anna.redeem(self.card, self.shop.rewards[REWARD]))
        except Refused as problem:
            assert (problem["code"], problem["balance"]) == ("insufficient_points", self.model.balance)
            assert self.model.balance < REWARD
        else:
            assert self.model.balance >= REWARD
            self.model.redeem(booked["transaction"]["id"])

    def _redeem_the_stamp_card(self, _: st.DataObject) -> None:
        try:
            booked = self.wait(self.shop.anna.redeem(self.card))
        except Refused as problem:
            assert problem["code"] == "insufficient_stamps"
            assert self.model.stamps < TARGET
        else:
            assert self.model.stamps >= TARGET
            self.model.redeem_stamps(booked["transaction"]["id"])

    def _void(self, data: st.DataObject) -> None:
        if not self.model.bookings:
            return
        booking = data.draw(st.sampled_from(self.model.bookings))
        try:
            self.wait(self.shop.claire.void(booking.id))
        except Refused as problem:
            expected = "already_void" if booking.is_voided else "already_spent"
            assert problem["code"] == expected
            assert booking.is_voided or (booking.kind == "stamped" and self.model.stamps == 0)
        else:
            assert not booking.is_voided
            self.model.void(booking, clock.now())

    def _let_days_pass(self, data: st.DataObject) -> None:
        clock.move(timedelta(days=data.draw(st.sampled_from([1, 6, EXPIRY_DAYS + 1]))))

    @invariant()
    def the_card_holds_what_the_model_says(self) -> None:
        seen = self.wait(self.shop.claire.show(self.card))
        told = (seen["points_balance"], seen["debt_points"], seen["stamp_count"])
        assert told == (self.model.balance, self.model.debt, self.model.stamps)

    def teardown(self) -> None:
        self.loop.run_until_complete(assert_ledger_adds_up(self.superuser))
        clock.reset()


@pytest.fixture
async def own_shop(opened: OpenShop) -> Shop:
    return await opened(terms=TERMS, rewards=[{"points_required": REWARD}])


@pytest.mark.slow
def test_a_card_holds_what_the_model_says(
    own_shop: Shop, superuser: asyncpg.Connection, loop: asyncio.AbstractEventLoop
) -> None:
    CardMachine.loop, CardMachine.shop, CardMachine.superuser = loop, own_shop, superuser
    run_state_machine_as_test(
        CardMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            # Making a failure smaller would take minutes.
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
