"""Points by hand, with a reason."""

from datetime import timedelta

import pytest

from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world.caller import refused
from tests.world.shop import Shop


@pytest.mark.parametrize(("points", "balance"), [(50, 150), (-100, 0), (-1, 99)])
async def test_the_owner_adds_and_takes(shop: Shop, points: int, balance: int) -> None:
    card = await shop.a_card(points=100)
    booked = await shop.claire.adjust(card, points, "Wrong card scanned")
    line = booked["transaction"]
    assert (line["kind"], line["amount"], line["reason"], line["user"]) == (
        "adjusted", points, "Wrong card scanned", "Claire",
    )  # fmt: skip
    assert booked["card"]["points_balance"] == balance


async def test_a_balance_does_not_go_below_zero(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    with refused("balance_below_zero", 409) as said:
        await shop.claire.adjust(card, -101)
    assert said[0]["balance"] == 100
    assert said[0]["detail"] == "Only 100 points can be deducted."


async def test_staff_may_not(shop: Shop) -> None:
    card = await shop.a_card()
    with refused("forbidden", 403) as said:
        await shop.anna.adjust(card, 5)
    assert said[0]["permission"] == "loyalty.adjust_points"


@pytest.mark.parametrize(("points", "reason"), [(0, "Nothing"), (100_001, "Too much"), (-100_001, "Too much"), (5, "")])
async def test_what_makes_no_sense_is_refused(shop: Shop, points: int, reason: str) -> None:
    card = await shop.a_card(points=1)
    with refused("validation_failed", 422):
        await shop.claire.adjust(card, points, reason)


async def test_a_gift_pays_what_is_owed_first(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    await shop.anna.void(sale)
    given = await shop.claire.adjust(card, 130)
    assert (given["card"]["points_balance"], given["card"]["debt_points"]) == (30, 0)


async def test_a_gift_expires_like_earned_points(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 5})
    card = await shop.a_card()
    assert (await shop.claire.adjust(card, 30))["card"]["next_expiry"]["points"] == 30
    clock.move(timedelta(days=7))
    assert (await shop.claire.show(card))["points_balance"] == 0


async def test_a_stamp_card_has_no_points_to_adjust(opened: OpenShop) -> None:
    shop = await opened(program={"type": "stamps"})
    card = await shop.a_card()
    with refused("unit_not_offered", 409):
        await shop.claire.adjust(card, 5)
