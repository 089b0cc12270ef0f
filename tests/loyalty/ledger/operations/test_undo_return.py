"""A return by mistake is undone: what was sold and handed over stands again."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.rewards.models import Reward
from backend.merchants.models import Policy
from backend.staff.models import StoreMember
from tests.conftest import OpenShop
from tests.world.caller import Json, new_key, outcome, refused
from tests.world.limits import forget_everything
from tests.world.office import Office
from tests.world.shop import Shop

HELD = ("points_balance", "debt_points", "stamp_count", "next_expiry")
POLICIES = ["debt", "within_balance"]


async def held(shop: Shop, card: Json) -> Json:
    seen = await shop.claire.show(card)
    return {name: seen[name] for name in HELD}


async def undo(shop: Shop, returned: Json, **body: str) -> Json:
    done: Json = await shop.claire.void(returned["transactions"][0], **body)
    return done


async def test_a_returned_sale_stands_again(shop: Shop) -> None:
    card = await shop.a_card(points=10)
    sale = await shop.anna.earn(card, cents=2550)
    returned = await shop.claire.void(sale)
    done = await undo(shop, returned, reason="Wrong receipt")
    (line,) = done["transactions"]
    assert (line["kind"], line["amount"], line["purchase_amount_cents"], line["reason"]) == (
        "reinstated", 25, 2550, "Wrong receipt",
    )  # fmt: skip
    assert line["voids_id"] == returned["transactions"][0]["id"]
    assert done["card"]["points_balance"] == 35
    marked = {row["id"]: row for row in (await shop.anna.history(card))["data"]}
    assert (marked[sale["transaction"]["id"]]["voided"], marked[sale["transaction"]["id"]]["returned_cents"]) == (
        False,
        0,
    )
    assert marked[returned["transactions"][0]["id"]]["voided"] is True


@pytest.mark.parametrize("policy", POLICIES)
async def test_an_order_undone_leaves_the_card_as_the_order_had_left_it(opened: OpenShop, policy: str) -> None:
    terms = {"return_policy": policy, "expiry_kind": "rolling", "expiry_days": 30, "points_denominator": 3}
    shop = await opened(terms=terms, rewards=[{"points_required": 40, "stock": 5}])
    card = await shop.a_card(points=180)
    clock.move(timedelta(days=3))
    await shop.anna.redeem(card, shop.rewards[40], order_reference="R-1")
    await shop.anna.earn(card, cents=9950, order_reference="R-1")
    before, carry = await held(shop, card), (await shop.claire.explain(card))["carry"]
    returned = await shop.anna.return_order("R-1")
    assert await held(shop, card) != before
    done = await undo(shop, returned)
    assert [line["kind"] for line in done["transactions"]] == ["reinstated", "reinstated"]
    assert (await held(shop, card), (await shop.claire.explain(card))["carry"]) == (before, carry)
    assert (await shop.anna.program())["rewards"][0]["stock"] == 4
    assert len((await shop.anna.return_order("R-1"))["transactions"]) == 2


async def test_a_part_undone_can_be_returned_again_and_no_more(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=5000)
    await undo(shop, await shop.claire.void(sale, amount_cents=3000))
    await shop.claire.void(sale, amount_cents=3000)
    with refused("return_exceeds_sale", 409) as said:
        await shop.claire.void(sale, amount_cents=2001)
    assert said[0]["left"] == 2000
    assert (await shop.claire.void(sale))["card"]["points_balance"] == 0


async def test_what_was_owed_for_it_is_owed_no_more(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    returned = await shop.claire.void(sale)
    assert returned["card"]["debt_points"] == 100
    done = await undo(shop, returned)
    assert (done["card"]["points_balance"], done["card"]["debt_points"]) == (0, 0)


async def test_what_was_owed_and_paid_since_comes_as_points(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    returned = await shop.claire.void(sale)
    await shop.anna.earn(card, cents=6000)
    done = await undo(shop, returned)
    assert (done["card"]["points_balance"], done["card"]["debt_points"]) == (60, 0)


async def test_a_return_is_undone_once_and_whole(shop: Shop) -> None:
    card = await shop.a_card()
    returned = await shop.claire.void(await shop.anna.earn(card, cents=5000))
    with refused("validation_failed", 422):
        await shop.claire.void(returned["transactions"][0], amount_cents=100)
    await undo(shop, returned)
    with refused("already_void", 409) as second:
        await undo(shop, returned)
    assert second[0]["title"] == "This return was already undone"
    assert (await shop.anna.show(card))["points_balance"] == 50


async def test_a_sale_that_was_voided_before_is_called_that(shop: Shop) -> None:
    sale = await shop.anna.earn(await shop.a_card(), cents=5000)
    await shop.claire.void(sale)
    with refused("already_void", 409) as second:
        await shop.claire.void(sale)
    assert second[0]["title"] == "This was already voided"


async def test_an_undo_sent_twice_is_booked_once(shop: Shop) -> None:
    card, key = await shop.a_card(), new_key()
    returned = await shop.claire.void(await shop.anna.earn(card, cents=5000))
    first = await shop.claire.void(returned["transactions"][0], key=key)
    assert await shop.claire.void(returned["transactions"][0], key=key) == first
    assert first["card"]["points_balance"] == 50


async def test_a_returned_reward_is_handed_over_again(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 50, "stock": 1, "limit_per_card": 1}])
    card = await shop.a_card(points=70)
    returned = await shop.claire.void(await shop.anna.redeem(card, shop.rewards[50]))
    done = await undo(shop, returned)
    assert (done["card"]["points_balance"], done["transactions"][0]["reward"]) == (20, "Voucher")
    assert (await shop.anna.program())["rewards"][0]["stock"] == 0
    assert done["card"]["rewards"][0]["refusal"] in {"out_of_stock", "reward_limit_reached"}


async def test_points_of_a_returned_reward_that_were_spent_since_are_owed(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    returned = await shop.claire.void(await shop.anna.redeem(card, shop.rewards[100]))
    await shop.anna.redeem(card, shop.rewards[100])
    done = await undo(shop, returned)
    assert (done["card"]["points_balance"], done["card"]["debt_points"]) == (0, 100)


async def test_a_piece_somebody_else_has_had_since_cannot_stand_again(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 50, "stock": 1}])
    card, other = await shop.a_card(points=50), await shop.a_card(points=50)
    returned = await shop.claire.void(await shop.anna.redeem(card, shop.rewards[50]))
    await shop.anna.redeem(other, shop.rewards[50])
    with refused("reward_unavailable", 409):
        await undo(shop, returned)
    assert (await shop.anna.show(card))["points_balance"] == 50


async def test_a_returned_stamp_and_a_returned_stamp_card_stand_again(opened: OpenShop) -> None:
    shop = await opened(terms={"stamps_target": 2, "cooldown_minutes": 15})
    card = await shop.a_card(stamps=1)
    stamp = await shop.anna.stamp(card)
    done = await undo(shop, await shop.claire.void(stamp))
    assert (done["card"]["stamp_count"], done["card"]["next_stamp_available_at"]) == (
        2, stamp["card"]["next_stamp_available_at"],
    )  # fmt: skip
    with refused("stamp_cooldown", 409):
        await shop.anna.stamp(card)
    done = await undo(shop, await shop.claire.void(await shop.anna.redeem(card)))
    assert done["card"]["stamp_count"] == 0


async def test_a_stamp_card_whose_stamps_are_gone_cannot_stand_again(opened: OpenShop) -> None:
    shop = await opened(terms={"stamps_target": 2})
    card = await shop.a_card(stamps=2)
    returned = await shop.claire.void(await shop.anna.redeem(card))
    await shop.anna.redeem(card)
    with refused("insufficient_stamps", 409):
        await undo(shop, returned)


async def test_points_that_expired_since_the_return_come_back_with_fourteen_days(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card()
    returned = await shop.claire.void(await shop.anna.earn(card, cents=5000))
    clock.move(timedelta(days=12))
    assert (await undo(shop, returned))["card"]["points_balance"] == 50
    clock.move(timedelta(days=15))
    assert (await shop.claire.show(card))["points_balance"] == 0


async def test_a_return_is_undone_on_the_card_that_goes_on(shop: Shop) -> None:
    kept, other = await shop.a_card(points=10), await shop.a_card(points=5)
    sale = await shop.anna.earn(other, cents=3000)
    returned = await shop.claire.void(sale)
    await Office.of(shop.claire).merge(kept, other)
    done = await undo(shop, returned)
    assert (done["card"]["id"], done["card"]["points_balance"]) == (kept["id"], 45)
    assert (await shop.claire.void(sale))["card"]["points_balance"] == 15


async def test_its_receipt_is_in_use_again_unless_another_booking_has_it(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=1000, order_reference="R-1")
    returned = await shop.anna.return_order("R-1")
    await undo(shop, returned)
    with refused("order_reference_used", 409):
        await shop.anna.earn(card, cents=1000, order_reference="R-1")
    returned = await shop.anna.return_order("R-1")
    await shop.anna.earn(card, cents=2000, order_reference="R-1")
    with refused("order_reference_used", 409):
        await undo(shop, returned)
    assert (await shop.anna.show(card))["points_balance"] == 20


async def test_within_20_seconds_it_costs_one_key_and_later_a_pin_and_the_permission(shop: Shop) -> None:
    card = await shop.a_card()
    sales = [await shop.anna.earn(card, cents=100) for _ in range(2)]
    clock.move(timedelta(minutes=1))
    first, second = [(await shop.anna.void(sale))["transactions"][0] for sale in sales]
    assert (await shop.anna.till())["undo"]["transaction_id"] == second["id"]
    await shop.change(Policy, staff_pin_policy="required")
    assert (await shop.anna.void(second))["card"]["points_balance"] == 1
    clock.move(timedelta(seconds=21))
    assert (await shop.anna.till())["undo"] is None
    with refused("pin_required", 403):
        await shop.anna.void(first)
    await shop.change(StoreMember, permissions=["loyalty.manage_cards", "loyalty.view_programs"])
    with refused("forbidden", 403):
        await shop.anna.void(first)


async def test_the_key_that_undid_a_sale_does_not_undo_that_in_turn(shop: Shop) -> None:
    """Pressed twice it would do and undo."""
    card = await shop.a_card()
    await shop.anna.void(await shop.anna.earn(card, cents=100))
    assert (await shop.anna.till())["undo"] is None
    assert (await shop.anna.history(card))["data"][0]["undo_until"] is None


async def test_a_returned_sale_that_stands_again_counts_toward_limits(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    await Office.of(shop.claire).set_fraud_limits(
        {"scope": "card", "measure": "earns", "window_minutes": 60, "maximum": 1}
    )
    card = await shop.a_card()
    returned = await shop.claire.void(await shop.anna.earn(card, cents=100))
    await undo(shop, returned)
    with refused("limit_reached", 409):
        await shop.anna.earn(card, cents=100)


async def test_the_explanation_says_that_a_return_was_undone(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    await undo(shop, await shop.claire.void(await shop.anna.earn(card, cents=2500)))
    await undo(shop, await shop.claire.void(await shop.anna.redeem(card, shop.rewards[100])))
    await forget_everything(shop.services.redis)
    told = str(await shop.claire.explain(card))
    assert "because a return was undone" in told
    assert "deducted again on" in told


async def test_a_stock_that_nobody_counts_stands_again_too(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    returned = await shop.claire.void(await shop.anna.redeem(card, shop.rewards[100]))
    await shop.change(Reward, is_active=False)
    assert (await undo(shop, returned))["card"]["points_balance"] == 0


async def test_an_undone_return_does_not_go_past_the_limit_of_the_reward(opened: OpenShop) -> None:
    """One for each customer: redeemed, returned, redeemed again, and then the return was the mistake."""
    shop = await opened(rewards=[{"points_required": 50, "limit_per_card": 1}])
    card = await shop.a_card(points=200)
    returned = await shop.claire.void(await shop.anna.redeem(card, shop.rewards[50]))
    again = await shop.anna.redeem(card, shop.rewards[50])
    with refused("reward_unavailable", 409) as said:
        await undo(shop, returned)
    assert said[0]["reason"] == "reward_limit_reached"
    await shop.claire.void(again)
    assert (await undo(shop, returned))["card"]["points_balance"] == 150


@pytest.mark.parametrize("is_taken_off", [False, True])
async def test_a_piece_set_aside_since_counts_and_a_reward_taken_off_the_list_keeps_its_limit(
    opened: OpenShop, is_taken_off: bool
) -> None:
    shop = await opened(rewards=[{"points_required": 50, "limit_per_card": 1}])
    card = await shop.a_card(points=200)
    returned = await shop.claire.void(await shop.anna.redeem(card, shop.rewards[50]))
    await shop.anna.reserve(card, shop.rewards[50])
    await shop.change(Reward, is_active=not is_taken_off)
    with refused("reward_unavailable", 409):
        await undo(shop, returned)
    clock.move(timedelta(minutes=10))
    assert (await undo(shop, returned))["card"]["points_balance"] == 150


@pytest.mark.parametrize(
    ("scope", "measure"),
    [("card", "earns"), ("card", "points_earned"), ("staff_pin", "earns"), ("store", "points_earned")],
)
async def test_an_undone_return_does_not_go_past_a_limit_against_fraud(shop: Shop, scope: str, measure: str) -> None:
    """Sold, voided, sold, and the void undone: two sales where one is allowed."""
    maximum = 1 if measure == "earns" else 100
    await Office.of(shop.claire).set_fraud_limits(
        {"scope": scope, "measure": measure, "window_minutes": 60, "maximum": maximum}
    )
    card = await shop.a_card()
    returned = await shop.claire.void(await shop.anna.earn(card, cents=10_000))
    again = await shop.anna.earn(card, cents=10_000)
    with refused("limit_reached", 409) as said:
        await undo(shop, returned)
    assert (said[0]["scope"], said[0]["maximum"], said[0]["retry_at"]) == (scope, maximum, None)
    await shop.claire.void(again)
    assert (await undo(shop, returned))["card"]["points_balance"] == 100


async def test_what_was_returned_in_part_counted_all_the_time(shop: Shop) -> None:
    await Office.of(shop.claire).set_fraud_limits(
        {"scope": "card", "measure": "points_earned", "window_minutes": 60, "maximum": 100}
    )
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    part = await shop.claire.void(sale, amount_cents=4000)
    assert (await undo(shop, part))["card"]["points_balance"] == 100
    part, rest = await shop.claire.void(sale, amount_cents=4000), await shop.claire.void(sale)
    await shop.anna.earn(card, cents=10_000)
    for returned in (part, rest):
        with refused("limit_reached", 409):
            await undo(shop, returned)


async def test_an_undone_return_is_judged_by_when_and_by_whom_it_was_sold(shop: Shop) -> None:
    await Office.of(shop.claire).set_fraud_limits(
        {"scope": "staff_pin", "measure": "redemptions", "window_minutes": 60, "maximum": 1}
    )
    card = await shop.a_card(points=500)
    returned = await shop.claire.void(await shop.anna.redeem(card, shop.rewards[100]))
    await shop.claire.redeem(card, shop.rewards[100])
    clock.move(timedelta(minutes=60))
    await shop.anna.redeem(card, shop.rewards[100])
    assert (await undo(shop, returned))["card"]["points_balance"] == 200


async def test_undos_at_once_do_not_go_past_a_stores_limit_together(shop: Shop) -> None:
    cards = [await shop.a_card() for _ in range(4)]
    returned = [await shop.claire.void(await shop.anna.earn(card, cents=100)) for card in cards]
    await Office.of(shop.claire).set_fraud_limits(
        {"scope": "store", "measure": "earns", "window_minutes": 60, "maximum": 2}
    )
    told = await asyncio.gather(*(outcome(undo(shop, one)) for one in returned))
    assert sorted(told) == ["booked", "booked", "limit_reached", "limit_reached"]


@pytest.mark.parametrize("terms", [{"cooldown_minutes": 15}, {"cooldown_minutes": 0, "max_daily_stamps": 1}])
async def test_a_returned_stamp_is_not_given_again_beside_another(opened: OpenShop, terms: Json) -> None:
    shop = await opened(terms=terms)
    card = await shop.a_card()
    returned = await shop.claire.void(await shop.anna.stamp(card))
    again = await shop.anna.stamp(card)
    with refused("stamp_cooldown", 409):
        await undo(shop, returned)
    await shop.claire.void(again)
    assert (await undo(shop, returned))["card"]["stamp_count"] == 1


async def test_on_a_card_that_is_being_checked_no_reward_is_handed_over_again(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card(points=100)
    sale = await shop.claire.void(await shop.anna.earn(card, cents=1000))
    reward = await shop.claire.void(await shop.anna.redeem(card, shop.rewards[100]))
    await superuser.execute("UPDATE cards SET frozen_at = $1 WHERE id = $2", clock.now(), UUID(card["id"]))
    with refused("card_frozen", 409):
        await undo(shop, reward)
    assert (await undo(shop, sale))["card"]["points_balance"] == 110
    await superuser.execute("UPDATE cards SET frozen_at = NULL WHERE id = $1", UUID(card["id"]))
    assert (await undo(shop, reward))["card"]["points_balance"] == 10
