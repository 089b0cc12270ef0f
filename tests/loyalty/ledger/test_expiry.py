"""Points that have expired cannot be spent, whether or not anybody has booked that yet."""

from datetime import datetime, timedelta

from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world.caller import refused


async def test_expired_points_are_gone_without_any_task_and_booked_by_the_next_booking(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card(points=120)
    expires_at = datetime.fromisoformat(card["next_expiry"]["expires_at"])
    assert card["next_expiry"]["points"] == 120
    clock.move(expires_at - clock.now() + timedelta(milliseconds=1))
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["next_expiry"]) == (0, None)
    with refused("insufficient_points", 409):
        await shop.anna.redeem(card, shop.rewards[100])
    booked = await shop.anna.earn(card, cents=500)
    assert booked["card"]["points_balance"] == 5
    told = [(row["kind"], row["amount"], row["points_balance"]) for row in (await shop.anna.history(card))["data"]]
    assert told == [("earned", 5, 5), ("expired", -120, 0), ("earned", 120, 120), ("enrolled", 0, 0)]


async def test_a_moment_before_they_can_still_be_spent(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card(points=100)
    clock.move(datetime.fromisoformat(card["next_expiry"]["expires_at"]) - clock.now() - timedelta(seconds=2))
    assert (await shop.anna.redeem(card, shop.rewards[100]))["card"]["points_balance"] == 0


async def test_expiry_is_booked_once_and_without_a_store(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card(points=100)
    clock.move(timedelta(days=12))
    for _ in range(3):
        await shop.anna.earn(card, cents=100)
    (line,) = [row for row in (await shop.anna.history(card))["data"] if row["kind"] == "expired"]
    assert (line["store"], line["user"], line["amount"]) == (None, None, -100)
    assert "expired" not in {row["kind"] for row in (await shop.anna.bookings())["data"]}


async def test_by_inactivity_every_visit_postpones_the_end(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "inactivity", "expiry_days": 30})
    card = await shop.a_card(points=10)
    clock.move(timedelta(days=29))
    await shop.anna.stamp(card)
    clock.move(timedelta(days=29))
    assert (await shop.anna.show(card))["points_balance"] == 10
    clock.move(timedelta(days=3))
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_a_visit_after_the_end_does_not_bring_the_points_back(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "inactivity", "expiry_days": 30})
    card = await shop.a_card(points=10)
    clock.move(timedelta(days=32))
    assert (await shop.anna.earn(card, cents=300))["card"]["points_balance"] == 3


async def test_a_change_of_the_rules_leaves_earned_points_as_they_are(opened: OpenShop) -> None:
    shop = await opened()
    card = await shop.a_card(points=10)
    await shop.publish(expiry_kind="rolling", expiry_days=1)
    await shop.anna.earn(card, cents=500)
    clock.move(timedelta(days=5))
    assert (await shop.anna.show(card))["points_balance"] == 10


async def test_the_page_of_a_card_counts_only_what_lives(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "end_of_period", "expiry_period": "month"})
    card = await shop.a_card(points=100)
    assert card["rewards"][0]["redeemable"]
    clock.move(timedelta(days=32))
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["rewards"][0]["redeemable"]) == (0, False)
