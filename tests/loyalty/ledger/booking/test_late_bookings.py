"""What a tablet books late, because it was offline, is judged by when it happened."""

from datetime import timedelta, timezone

import pytest

from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world.caller import Json, refused
from tests.world.office import Office
from tests.world.shop import Shop


def ago(**time: float) -> str:
    return (clock.now() - timedelta(**time)).isoformat()


async def test_a_late_stamp_never_blocks_the_customer_in_front_of_the_till(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.anna.stamp(card, occurred_at=ago(hours=5))
    booked = await shop.anna.stamp(card)
    assert booked["card"]["stamp_count"] == 2


@pytest.mark.parametrize("hours", [-23, -16, 0, 16, 23])
async def test_a_clock_may_be_in_any_time_zone_that_can_be_written(shop: Shop, hours: int) -> None:
    card = await shop.a_card()
    happened = (clock.now() - timedelta(hours=1)).astimezone(timezone(timedelta(hours=hours)))
    booked = await shop.anna.earn(card, cents=1000, occurred_at=happened.isoformat())
    assert booked["transaction"]["occurred_at"][:13] == ago(hours=1)[:13]


async def test_the_cooldown_counts_from_when_a_late_stamp_was_given(shop: Shop) -> None:
    card = await shop.a_card()
    booked = await shop.anna.stamp(card, occurred_at=ago(minutes=10))
    with refused("stamp_cooldown", 409) as said:
        await shop.anna.stamp(card)
    assert said[0]["retry_at"][:16] == booked["card"]["next_stamp_available_at"][:16]
    clock.move(timedelta(minutes=5, seconds=5))
    await shop.anna.stamp(card)


@pytest.mark.parametrize(("minutes", "is_taken"), [(14, False), (16, True), (44, True), (46, False)])
async def test_a_late_stamp_keeps_the_cooldown_to_those_before_and_after_it(
    shop: Shop, *, minutes: int, is_taken: bool
) -> None:
    card = await shop.a_card()
    await shop.anna.stamp(card, occurred_at=ago(hours=1))
    await shop.anna.stamp(card)
    late = shop.anna.stamp(card, occurred_at=ago(minutes=minutes))
    if is_taken:
        assert (await late)["card"]["stamp_count"] == 3
    else:
        with refused("stamp_cooldown", 409):
            await late


async def test_the_daily_limit_is_that_of_the_day_it_happened(opened: OpenShop) -> None:
    shop = await opened(terms={"max_daily_stamps": 1, "cooldown_minutes": 0})
    card = await shop.a_card()
    await shop.anna.stamp(card)
    await shop.anna.stamp(card, occurred_at=ago(hours=25))
    with refused("daily_stamp_limit", 409):
        await shop.anna.stamp(card, occurred_at=ago(hours=25))
    await shop.anna.stamp(card, occurred_at=ago(hours=49))
    assert (await shop.anna.show(card))["remaining_stamps_today"] == 0


def a_limit(**limit: object) -> Json:
    return {"scope": "card", "measure": "earns", "window_minutes": 60, "maximum": 1} | limit


async def test_limits_count_a_late_sale_when_it_happened(shop: Shop) -> None:
    await Office.of(shop.claire).set_fraud_limits(a_limit())
    card = await shop.a_card()
    await shop.anna.earn(card, cents=100, occurred_at=ago(hours=5))
    await shop.anna.earn(card, cents=100)
    with refused("limit_reached", 409):
        await shop.anna.earn(card, cents=100)


@pytest.mark.parametrize("minutes", [4 * 60 + 5, 5 * 60 + 55])
async def test_a_late_sale_cannot_slip_past_a_limit_from_either_side(shop: Shop, minutes: int) -> None:
    """Backwards in time each would otherwise find an empty window."""
    await Office.of(shop.claire).set_fraud_limits(a_limit())
    card = await shop.a_card()
    await shop.anna.earn(card, cents=100, occurred_at=ago(hours=5))
    with refused("limit_reached", 409):
        await shop.anna.earn(card, cents=100, occurred_at=ago(minutes=minutes))
    await shop.anna.earn(card, cents=100, occurred_at=ago(hours=7))
    assert (await shop.anna.show(card))["points_balance"] == 2


async def test_a_late_sale_earns_by_the_terms_of_its_time_and_is_returned_by_them(shop: Shop) -> None:
    clock.move(timedelta(days=10))
    card = await shop.a_card()
    await shop.publish(points_numerator=3)
    clock.move(timedelta(hours=2))
    await shop.publish(points_numerator=5)
    clock.move(timedelta(hours=2))
    earned = [await shop.anna.earn(card, cents=1000, occurred_at=ago(hours=hours)) for hours in (1, 3, 5)]
    assert [sale["points_earned"] for sale in earned] == [50, 30, 10]
    back = await shop.claire.void(earned[1], amount_cents=500)
    assert back["transactions"][0]["amount"] == -15


async def test_a_late_stamp_keeps_the_cooldown_of_its_time(opened: OpenShop) -> None:
    shop = await opened(terms={"cooldown_minutes": 0})
    clock.move(timedelta(days=10))
    card = await shop.a_card()
    await shop.publish(cooldown_minutes=60)
    clock.move(timedelta(hours=2))
    for minutes in (0, 5):
        await shop.anna.stamp(card, occurred_at=ago(hours=3, minutes=minutes))
    await shop.anna.stamp(card)
    with refused("stamp_cooldown", 409):
        await shop.anna.stamp(card, occurred_at=ago(minutes=30))


async def test_points_of_a_late_sale_live_from_when_it_happened(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card()
    on_time = (await shop.anna.earn(card, cents=100))["card"]["next_expiry"]["expires_at"]
    late = (await shop.anna.earn(card, cents=100, occurred_at=ago(days=2)))["card"]["next_expiry"]["expires_at"]
    assert late < on_time


async def test_points_that_were_over_before_they_were_booked_are_booked_and_expired_at_once(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 1})
    card = await shop.a_card()
    booked = await shop.anna.earn(card, cents=2500, occurred_at=ago(hours=71))
    assert (booked["points_earned"], booked["card"]["points_balance"]) == (25, 0)
    newest, sale = (await shop.anna.history(card, limit=2))["data"]
    assert (newest["kind"], newest["amount"], sale["kind"], sale["amount"]) == ("expired", -25, "earned", 25)
    back = await shop.claire.void(booked)
    assert (back["card"]["points_balance"], back["card"]["debt_points"]) == (0, 0)


async def test_a_late_sale_is_no_later_visit_than_the_last_one(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "inactivity", "expiry_days": 30})
    card = await shop.a_card(points=10)
    seen = await shop.anna.show(card)
    booked = await shop.anna.earn(card, cents=100, occurred_at=ago(days=2))
    assert booked["card"]["last_activity_at"] == seen["last_activity_at"]


async def test_a_clock_a_little_ahead_means_now(shop: Shop) -> None:
    card = await shop.a_card()
    booked = await shop.anna.stamp(card, occurred_at=ago(minutes=-4))
    assert booked["transaction"]["occurred_at"] == booked["transaction"]["recorded_at"]
    clock.move(timedelta(minutes=15, seconds=1))
    await shop.anna.stamp(card)
