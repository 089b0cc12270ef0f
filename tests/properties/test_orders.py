"""A whole order that is returned is undone: all bookings under its receipt, also those set against each other."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world.caller import Json, Refused, new_key
from tests.world.limits import forget_everything
from tests.world.shop import Shop

POLICIES = ("debt", "within_balance")
SAME = ("points_balance", "debt_points", "stamp_count", "next_expiry")
REWARD = 40


def same(card: Json) -> Json:
    return {name: card[name] for name in SAME}


@pytest.fixture
async def shops_by_policy(opened: OpenShop) -> dict[str, Shop]:
    terms = {"expiry_kind": "rolling", "expiry_days": 30, "points_numerator": 3, "points_denominator": 2}
    rewards = [{"points_required": REWARD}]
    return {policy: await opened(terms=terms | {"return_policy": policy}, rewards=rewards) for policy in POLICIES}


@given(
    policy=st.sampled_from(POLICIES),
    had=st.integers(0, 120),
    cents=st.integers(1, 9000),
    pieces=st.integers(0, 3),
    sale_first=st.booleans(),
)
@settings(max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_whole_order_returned_leaves_the_card_as_it_was_and_undone_as_the_order_had_left_it(
    shops_by_policy: dict[str, Shop],
    loop: asyncio.AbstractEventLoop,
    *,
    policy: str,
    had: int,
    cents: int,
    pieces: int,
    sale_first: bool,
) -> None:
    async def order_and_return(shop: Shop) -> None:
        await forget_everything(shop.services.redis)
        card, reference = await shop.a_card(points=had), new_key()
        clock.move(timedelta(days=1))
        before = await shop.anna.show(card)
        for is_sale in (sale_first, not sale_first):
            if is_sale:
                await shop.anna.earn(card, cents=cents, order_reference=reference)
            elif pieces:
                with suppress(Refused):
                    await shop.anna.redeem(card, shop.rewards[REWARD], quantity=pieces, order_reference=reference)
        ordered = await shop.anna.show(card)
        returned = await shop.anna.return_order(reference)
        assert same(returned["card"]) == same(before)
        undone = await shop.anna.void(returned["transactions"][0])
        assert same(undone["card"]) == same(ordered)
        assert same((await shop.anna.return_order(reference))["card"]) == same(before)

    loop.run_until_complete(order_and_return(shops_by_policy[policy]))
