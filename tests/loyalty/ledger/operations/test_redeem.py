"""Rewards for points, and the full stamp card."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.ledger.problems.bookings import InsufficientPoints
from backend.loyalty.rewards.models import Reward, RewardStore
from backend.merchants.models import Policy
from i18n.translator import get_translator
from tests.conftest import OpenShop
from tests.world.caller import refused
from tests.world.shop import Shop


async def test_a_reward_costs_its_points(shop: Shop) -> None:
    card = await shop.a_card(points=130)
    before = {reward["points_required"]: reward for reward in card["rewards"]}
    assert (before[100]["redeemable"], before[100]["missing_points"]) == (True, 0)
    assert (before[500]["redeemable"], before[500]["missing_points"]) == (False, 370)
    booked = await shop.anna.redeem(card, shop.rewards[100], notes="wrapped")
    assert booked["card"]["points_balance"] == 30
    line = booked["transaction"]
    assert (line["kind"], line["amount"], line["reward"], line["purchase_amount_cents"]) == (
        "redeemed", -100, "Voucher", None,
    )  # fmt: skip
    assert booked["undo_until"] == line["undo_until"]


async def test_a_point_too_few_is_told_with_what_is_missing(shop: Shop) -> None:
    card = await shop.a_card(points=99)
    with refused("insufficient_points", 409) as said:
        await shop.anna.redeem(card, shop.rewards[100])
    assert (said[0]["needed"], said[0]["balance"], said[0]["missing"]) == (100, 99, 1)
    assert "1 point " in said[0]["detail"]


async def test_the_refusal_speaks_the_readers_language(shop: Shop) -> None:
    card = await shop.a_card(points=1)
    with refused("insufficient_points", 409) as said:
        await shop.anna.reading("de-DE, en;q=0.5").redeem(card, shop.rewards[100])
    assert said[0]["title"] == get_translator("de").gettext(InsufficientPoints.title)


async def test_a_program_may_ask_for_a_minimum_to_redeem(opened: OpenShop) -> None:
    shop = await opened(terms={"minimum_redemption_points": 150})
    card = await shop.a_card(points=149)
    assert card["rewards"][0]["missing_points"] == 1
    with refused("insufficient_points", 409):
        await shop.anna.redeem(card, shop.rewards[100])
    await shop.anna.earn(card, cents=100)
    assert (await shop.anna.redeem(card, shop.rewards[100]))["card"]["points_balance"] == 50


async def test_soonest_expiring_points_go_first(opened: OpenShop, superuser: asyncpg.Connection) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 100})
    card = await shop.a_card(points=60)
    await shop.publish(expiry_kind="rolling", expiry_days=10)
    await shop.anna.earn(card, cents=7000)
    await shop.anna.redeem(card, shop.rewards[100])
    rows = await superuser.fetch(
        "SELECT original, remaining FROM lots WHERE card_id = $1 ORDER BY id", UUID(card["id"])
    )
    assert [tuple(row) for row in rows] == [(60, 30), (70, 0)]


async def test_the_full_stamp_card_is_redeemed_and_starts_anew(shop: Shop) -> None:
    card = await shop.a_card(stamps=11)
    assert card["reward_ready"]
    booked = await shop.anna.redeem(card)
    assert (booked["transaction"]["amount"], booked["transaction"]["reward"]) == (-10, "Free accessory")
    assert (booked["card"]["stamp_count"], booked["card"]["reward_ready"]) == (1, False)


async def test_a_stamp_too_few_is_told(shop: Shop) -> None:
    card = await shop.a_card(stamps=8)
    with refused("insufficient_stamps", 409) as said:
        await shop.anna.redeem(card)
    assert (said[0]["needed"], said[0]["count"], said[0]["missing"]) == (10, 8, 2)


@pytest.mark.parametrize(("program", "reward"), [("points", None), ("stamps", 100)])
async def test_what_the_program_does_not_offer(opened: OpenShop, program: str, reward: int | None) -> None:
    shop = await opened(program={"type": program})
    card = await shop.a_card()
    with refused("unit_not_offered", 409):
        await shop.anna.redeem(card, None if reward is None else shop.rewards[reward])


async def test_an_unknown_reward_is_not_found(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    with refused("reward_not_found", 404):
        await shop.anna.redeem(card, card["id"])
    with refused("reward_not_found", 404):
        await shop.anna.redeem(card, unit="points")


async def test_a_reward_switched_off_is_not_found(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    await shop.change(Reward, is_active=False)
    with refused("reward_not_found", 404):
        await shop.anna.redeem(card, shop.rewards[100])


async def test_the_last_one_in_stock_is_handed_over_once_and_comes_back_with_a_void(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10, "stock": 1}])
    card, other = await shop.a_card(points=30), await shop.a_card(points=30)
    booked = await shop.anna.redeem(card, shop.rewards[10])
    with refused("reward_unavailable", 409) as said:
        await shop.anna.redeem(other, shop.rewards[10])
    assert said[0]["reason"] == "out_of_stock"
    seen = (await shop.anna.show(other))["rewards"][0]
    assert (seen["stock"], seen["refusal"], seen["redeemable"]) == (0, "out_of_stock", False)
    await shop.anna.void(booked)
    await shop.anna.redeem(other, shop.rewards[10])


async def test_a_card_gets_a_reward_as_often_as_its_limit(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10, "limit_per_card": 1}])
    card, other = await shop.a_card(points=30), await shop.a_card(points=30)
    booked = await shop.anna.redeem(card, shop.rewards[10])
    assert booked["card"]["rewards"][0]["refusal"] == "reward_limit_reached"
    with refused("reward_unavailable", 409) as said:
        await shop.anna.redeem(card, shop.rewards[10])
    assert said[0]["reason"] == "reward_limit_reached"
    await shop.anna.redeem(other, shop.rewards[10])
    undone = await shop.anna.void(booked)
    assert undone["card"]["rewards"][0]["refusal"] is None
    await shop.anna.redeem(card, shop.rewards[10])


async def test_several_pieces_at_once_count_as_so_many(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10, "limit_per_card": 3, "stock": 5}])
    card = await shop.a_card(points=100)
    booked = await shop.anna.redeem(card, shop.rewards[10], quantity=2)
    line = booked["transaction"]
    assert (line["amount"], line["quantity"], booked["card"]["points_balance"]) == (-20, 2, 80)
    with refused("reward_unavailable", 409) as said:
        await shop.anna.redeem(card, shop.rewards[10], quantity=2)
    assert said[0]["reason"] == "reward_limit_reached"
    await shop.anna.redeem(card, shop.rewards[10])
    with refused("reward_unavailable", 409) as said:
        await shop.anna.redeem(await shop.a_card(points=100), shop.rewards[10], quantity=3)
    assert said[0]["reason"] == "out_of_stock"
    undone = await shop.claire.void(booked, quantity=1)
    assert (undone["transactions"][0]["amount"], undone["transactions"][0]["quantity"]) == (10, 1)
    await shop.anna.redeem(card, shop.rewards[10])
    assert [entry["stock"] for entry in (await shop.anna.show(card))["rewards"]] == [2]


async def test_points_earned_at_one_store_are_redeemed_at_the_other(shop: Shop) -> None:
    card = await shop.a_card(points=100, at=shop.hub)
    assert (await shop.luc.redeem(card, shop.rewards[100]))["transaction"]["store"] == shop.outlet
    assert [store["code"] for store in card["works_at"]] == [shop.hub, shop.outlet]


async def test_with_stores_kept_apart_a_card_is_redeemed_where_it_was_made(opened: OpenShop) -> None:
    """The card itself works at its own store only."""
    shop = await opened(policy={"allow_cross_location_redemption": False})
    card = await shop.a_card(points=100, at=shop.hub)
    with refused("card_not_found", 404):
        await shop.luc.redeem(card, shop.rewards[100])
    assert (await shop.anna.redeem(card, shop.rewards[100]))["card"]["points_balance"] == 0


async def test_a_card_from_before_the_stores_were_kept_apart_is_redeemed_at_its_own(shop: Shop) -> None:
    card = await shop.a_card(points=100, stamps=10, at=shop.hub)
    await shop.change(Policy, allow_cross_location_redemption=False)
    with refused("other_store_only", 409) as said:
        await shop.luc.redeem(card, shop.rewards[100])
    assert said[0]["stores"] == ["HUB"]
    with refused("other_store_only", 409):
        await shop.luc.redeem(card)
    assert (await shop.luc.show(card))["rewards"][0]["refusal"] == "other_store"
    await shop.anna.redeem(card, shop.rewards[100])


async def test_a_reward_of_one_store_is_redeemed_there_only(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    await shop.add(RewardStore, reward_id=UUID(shop.rewards[100]), store_id=shop.store_ids[shop.outlet])
    with refused("other_store_only", 409) as said:
        await shop.anna.redeem(card, shop.rewards[100])
    assert said[0]["stores"] == ["OUT"]
    await shop.luc.redeem(card, shop.rewards[100])


async def test_redeeming_restarts_the_clock_of_inactivity(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "inactivity", "expiry_days": 30})
    card = await shop.a_card(points=150)
    clock.move(timedelta(days=20))
    booked = await shop.anna.redeem(card, shop.rewards[100])
    clock.move(timedelta(days=20))
    assert (await shop.anna.show(card))["points_balance"] == 50
    assert booked["card"]["next_expiry"]["points"] == 50


async def test_a_reward_and_the_stamp_card_at_once_are_refused_and_nothing_is_handed_over(shop: Shop) -> None:
    card = await shop.a_card(points=100, stamps=10)
    for ask in (shop.anna.redeem, shop.anna.reserve):
        with refused("validation_failed", 422) as said:
            await ask(card, shop.rewards[100], unit="stamps")
        assert said[0]["errors"][0]["pointer"] == "/reward_id"
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["stamp_count"], seen["held_stamps"]) == (100, 10, 0)
