"""Taking sales, stamps and redemptions back."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.merchants.models import Policy
from tests.conftest import OpenShop
from tests.world.caller import refused
from tests.world.shop import Shop


async def test_a_sale_taken_back_leaves_no_points(shop: Shop) -> None:
    card = await shop.a_card(points=10)
    sale = await shop.anna.earn(card, cents=2550)
    undone = await shop.claire.void(sale, reason="Sweater returned")
    (line,) = undone["transactions"]
    assert (line["kind"], line["amount"], line["reason"]) == ("voided", -25, "Sweater returned")
    assert line["voids_id"] == sale["transaction"]["id"]
    assert undone["card"]["points_balance"] == 10
    marked = {row["id"]: row["voided"] for row in (await shop.anna.history(card))["data"]}
    assert marked[sale["transaction"]["id"]] is True


async def test_the_carry_of_a_sale_goes_with_it(opened: OpenShop) -> None:
    shop = await opened(terms={"points_denominator": 50})
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=3000)
    await shop.anna.void(sale)
    assert (await shop.anna.earn(card, cents=2000))["points_earned"] == 0
    assert (await shop.anna.earn(card, cents=3000))["points_earned"] == 1


async def test_it_is_taken_back_once(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=1000)
    await shop.anna.void(sale)
    with refused("already_void", 409):
        await shop.anna.void(sale)


async def test_points_spent_meanwhile_are_owed_and_paid_first_by_later_sales(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    undone = await shop.claire.void(sale)
    assert (undone["card"]["points_balance"], undone["card"]["debt_points"]) == (0, 100)
    assert undone["transactions"][0]["amount"] == -100
    paid = await shop.anna.earn(card, cents=6000)
    assert (paid["points_earned"], paid["card"]["points_balance"], paid["card"]["debt_points"]) == (60, 0, 40)
    paid = await shop.anna.earn(card, cents=6000)
    assert (paid["card"]["points_balance"], paid["card"]["debt_points"]) == (20, 0)


async def test_the_next_reward_is_as_far_as_what_is_owed_and_the_reward_together(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    rewards = (await shop.claire.void(sale))["card"]["rewards"]
    assert [reward["missing_points"] for reward in rewards] == [reward["points_required"] + 100 for reward in rewards]
    with refused("insufficient_points", 409) as said:
        await shop.anna.redeem(card, shop.rewards[100])
    assert (said[0]["needed"], said[0]["balance"], said[0]["missing"]) == (100, 0, 200)


async def test_debt_is_kept_for_as_long_as_it_takes(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    await shop.claire.void(sale)
    clock.move(timedelta(days=2000))
    assert (await shop.claire.show(card))["debt_points"] == 100


async def test_points_that_come_back_pay_what_is_owed(shop: Shop) -> None:
    """Otherwise they could be spent again while the debt stands beside them."""
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    reward = await shop.anna.redeem(card, shop.rewards[100])
    await shop.claire.void(sale)
    undone = await shop.claire.void(reward)
    assert (undone["card"]["points_balance"], undone["card"]["debt_points"]) == (0, 0)


async def test_a_program_may_forgive_what_was_spent(opened: OpenShop) -> None:
    shop = await opened(terms={"return_policy": "within_balance"})
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=13_000)
    await shop.anna.redeem(card, shop.rewards[100])
    undone = await shop.claire.void(sale)
    assert (undone["card"]["points_balance"], undone["card"]["debt_points"]) == (0, 0)
    assert undone["transactions"][0]["amount"] == -30


async def test_a_return_takes_the_sales_own_points_before_others(shop: Shop, superuser: asyncpg.Connection) -> None:
    card = await shop.a_card(points=50)
    sale = await shop.anna.earn(card, cents=5000)
    await shop.anna.void(sale)
    rows = await superuser.fetch("SELECT remaining FROM lots WHERE card_id = $1 ORDER BY id", UUID(card["id"]))
    assert [row[0] for row in rows] == [50, 0]


async def test_a_redemption_taken_back_refills_the_same_lots(opened: OpenShop, superuser: asyncpg.Connection) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 100})
    card = await shop.a_card(points=60)
    clock.move(timedelta(days=10))
    await shop.anna.earn(card, cents=6000)
    lots = "SELECT id, remaining, expires_at FROM lots WHERE card_id = $1 ORDER BY id"
    before = await superuser.fetch(lots, UUID(card["id"]))
    reward = await shop.anna.redeem(card, shop.rewards[100])
    assert await superuser.fetch(lots, UUID(card["id"])) != before
    undone = await shop.claire.void(reward)
    assert undone["card"]["points_balance"] == 120
    assert (undone["transactions"][0]["amount"], undone["transactions"][0]["reward"]) == (100, "Voucher")
    assert await superuser.fetch(lots, UUID(card["id"])) == before


async def test_points_that_expired_while_they_were_spent_come_back_for_fourteen_days_once(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card(points=100)
    reward = await shop.anna.redeem(card, shop.rewards[100])
    clock.move(timedelta(days=20))
    undone = await shop.claire.void(reward)
    assert undone["card"]["points_balance"] == 100
    again = await shop.claire.redeem(card, shop.rewards[100])
    clock.move(timedelta(days=13))
    assert (await shop.claire.void(again))["card"]["points_balance"] == 100
    third = await shop.claire.redeem(card, shop.rewards[100])
    clock.move(timedelta(days=2))
    assert (await shop.claire.void(third))["card"]["points_balance"] == 0


async def test_the_stamp_card_comes_back_with_all_its_stamps(shop: Shop) -> None:
    card = await shop.a_card(stamps=10)
    reward = await shop.anna.redeem(card)
    undone = await shop.anna.void(reward)
    assert (undone["card"]["stamp_count"], undone["card"]["reward_ready"]) == (10, True)


async def test_a_stamp_is_taken_back(shop: Shop) -> None:
    card = await shop.a_card(stamps=2)
    stamp = await shop.anna.stamp(card)
    undone = await shop.anna.void(stamp)
    assert (undone["card"]["stamp_count"], undone["transactions"][0]["amount"]) == (2, -1)


async def test_a_stamp_handed_over_with_a_reward_cannot_come_back_by_itself(opened: OpenShop) -> None:
    shop = await opened(terms={"stamps_target": 1})
    card = await shop.a_card()
    stamp = await shop.anna.stamp(card)
    reward = await shop.anna.redeem(card)
    with refused("already_spent", 409):
        await shop.anna.void(stamp)
    await shop.anna.void(reward)
    assert (await shop.anna.void(stamp))["card"]["stamp_count"] == 0


async def test_points_of_a_sale_that_expired_unused_are_not_taken_again(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    clock.move(timedelta(days=20))
    await shop.claire.earn(card, cents=5000)
    undone = await shop.claire.void(sale)
    assert (undone["card"]["points_balance"], undone["card"]["debt_points"]) == (50, 0)
    assert undone["transactions"][-1]["amount"] == 0


async def test_nor_are_points_that_have_expired_without_anybody_booking_that_yet(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    more = await shop.anna.earn(card, cents=3000)
    clock.move(timedelta(days=20))
    undone = await shop.claire.void(more)
    assert (undone["card"]["points_balance"], undone["card"]["debt_points"]) == (0, 0)
    undone = await shop.claire.void(sale)
    assert (undone["card"]["points_balance"], undone["card"]["debt_points"]) == (0, 100)


@pytest.mark.parametrize("which", ["enrolled", "welcome_bonus", "reinstated", "adjusted"])
async def test_only_sales_stamps_redemptions_and_returns_can_be_taken_back(opened: OpenShop, which: str) -> None:
    shop = await opened(terms={"welcome_bonus_points": 5})
    card = await shop.a_card()
    await shop.claire.adjust(card, 5)
    undone = await shop.anna.void(await shop.anna.earn(card, cents=100))
    await shop.anna.void(undone["transactions"][0])
    line = next(row for row in (await shop.anna.history(card))["data"] if row["kind"] == which)
    with refused("not_voidable", 409):
        await shop.claire.void(line["id"])


async def test_a_policy_may_forbid_it(opened: OpenShop) -> None:
    shop = await opened(policy={"allow_void_transactions": False})
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=100)
    with refused("void_not_allowed", 403):
        await shop.anna.void(sale)


async def test_an_unknown_transaction_is_not_found(shop: Shop) -> None:
    with refused("card_not_found", 404):
        await shop.anna.void(str(uuid4()))


async def test_a_slip_of_the_finger_is_undone_without_a_pin_within_20_seconds(shop: Shop) -> None:
    card = await shop.a_card()
    first, second = await shop.anna.earn(card, cents=100), await shop.anna.earn(card, cents=200)
    await shop.change(Policy, staff_pin_policy="required")
    clock.move(timedelta(seconds=18))
    assert (await shop.anna.void(second))["card"]["points_balance"] == 1
    clock.move(timedelta(seconds=3))
    with refused("pin_required", 403):
        await shop.anna.void(first)


async def test_somebody_elses_booking_is_not_undone_without_a_pin(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=100)
    await shop.change(Policy, staff_pin_policy="required")
    with refused("pin_required", 403):
        await shop.luc.void(sale)


async def test_the_same_person_at_another_till_has_not_made_the_slip(shop: Shop) -> None:
    card, other_till = await shop.a_card(), await shop.sign_in_again("anna")
    sale = await shop.anna.earn(card, cents=100)
    await shop.change(Policy, staff_pin_policy="required")
    with refused("pin_required", 403):
        await other_till.void(sale)
    assert (await shop.anna.void(sale))["card"]["points_balance"] == 0
