"""Goods come back: a part of a sale by its amount, a part of a redemption by its pieces, an order by its receipt."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from fractions import Fraction
from functools import partial
from itertools import pairwise
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.clock import clock
from backend.core.ids import new_id
from backend.loyalty.ledger.rules.accrual import accrue, reverse_accrual
from backend.merchants.models import Policy, Store, StoreCode
from backend.staff.models import StoreMember
from tests.conftest import OpenShop
from tests.world.caller import Json, Refused, new_key, refused
from tests.world.limits import forget_everything
from tests.world.shop import Shop
from tests.world.till import Till


async def balance_of(shop: Shop, card: Json) -> int:
    balance: int = (await shop.claire.show(card))["points_balance"]
    return balance


SPLITS = [
    [12_000],
    [1, 11_999],
    [6_000, 6_000],
    [500] * 24,
    [2_500, 2_500, 2_500, 2_500, 2_000],
    [3_333, 3_333, 3_333, 2_001],
    [49, 51, 4_900, 5_100, 1_900],
]


@pytest.mark.parametrize("parts", SPLITS, ids=lambda parts: "+".join(map(str, parts[:5])))
@pytest.mark.parametrize("rule", [(1, 1), (1, 50), (3, 2), (7, 3)], ids=lambda rule: f"{rule[0]} per {rule[1]}")
async def test_any_split_of_a_return_takes_back_exactly_what_the_sale_gave(
    opened: OpenShop, parts: list[int], rule: tuple[int, int]
) -> None:
    shop = await opened(terms={"points_numerator": rule[0], "points_denominator": rule[1]})
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=12_000)
    taken = 0
    for cents in parts:
        await forget_everything(shop.services.redis)
        undone = await shop.claire.void(sale, amount_cents=cents)
        taken -= undone["transactions"][0]["amount"]
    assert taken == sale["points_earned"] == int(Fraction(120 * rule[0], rule[1]))
    assert await balance_of(shop, card) == 0
    assert (await shop.claire.explain(card))["carry"] is None
    with refused("already_void", 409):
        await shop.claire.void(sale, amount_cents=1)


@given(
    before=st.integers(0, 30_000),
    sale=st.integers(1, 30_000),
    cuts=st.lists(st.integers(1, 30_000), max_size=6),
    rule=st.fractions(Fraction(1, 60), 100, max_denominator=60),
)
@settings(max_examples=300)
def test_of_the_rule_itself_any_split_sums_to_the_whole(
    before: int, sale: int, cuts: list[int], rule: Fraction
) -> None:
    first = accrue(before, rule, Fraction(0))
    second = accrue(sale, rule, first.carry)
    edges = [0, *sorted(cut % sale for cut in cuts), sale]
    carry, left = second.carry, second.points
    for start, end in pairwise(edges):
        if start < end:
            step = reverse_accrual(end - start, rule, carry, left)
            carry, left = step.carry, left - step.points
            assert step.points >= 0
    assert (left, carry) == (0, first.carry)


async def test_thirty_and_twenty_euros_on_a_fifty_euro_rule_lose_their_point_with_either(opened: OpenShop) -> None:
    shop = await opened(terms={"points_denominator": 50})
    card = await shop.a_card()
    await shop.anna.earn(card, cents=3000)
    second = await shop.anna.earn(card, cents=2000)
    assert second["points_earned"] == 1
    await shop.claire.void(second, amount_cents=1000)
    assert await balance_of(shop, card) == 0
    assert (await shop.anna.earn(card, cents=999))["points_earned"] == 0
    assert (await shop.anna.earn(card, cents=1))["points_earned"] == 1


async def test_a_sale_without_a_point_of_its_own_takes_none_and_later_sales_make_it_up(opened: OpenShop) -> None:
    shop = await opened(terms={"points_denominator": 50})
    card = await shop.a_card()
    first = await shop.anna.earn(card, cents=3000)
    await shop.anna.earn(card, cents=2000)
    undone = await shop.claire.void(first, amount_cents=1500)
    assert undone["transactions"][0]["amount"] == 0
    assert (await balance_of(shop, card), (await shop.claire.explain(card))["carry"]["fraction"]) == (1, "-3/10")
    assert (await shop.anna.earn(card, cents=6499))["points_earned"] == 0
    assert (await shop.anna.earn(card, cents=1))["points_earned"] == 1


async def test_a_return_counts_by_the_rules_of_its_sale_not_by_todays(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.publish(points_numerator=10)
    undone = await shop.claire.void(sale, amount_cents=2500)
    assert undone["transactions"][0]["amount"] == -25


async def test_the_history_tells_what_came_back_of_a_sale(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=4150)
    await shop.claire.void(sale, amount_cents=1000, reason="One sock")
    newest, booked = (await shop.anna.history(card, limit=2))["data"]
    assert (newest["kind"], newest["amount"], newest["purchase_amount_cents"]) == ("voided", -10, 1000)
    assert (newest["reason"], newest["voids_id"]) == ("One sock", booked["id"])
    assert (booked["returned_cents"], booked["voided"], booked["undo_until"]) == (1000, False, None)
    await shop.claire.void(sale)
    (booked,) = [line for line in (await shop.anna.history(card))["data"] if line["kind"] == "earned"]
    assert (booked["returned_cents"], booked["voided"]) == (4150, True)


async def test_no_more_comes_back_than_was_sold(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=5000)
    with refused("return_exceeds_sale", 409) as said:
        await shop.claire.void(sale, amount_cents=5001)
    assert said[0]["left"] == 5000
    await shop.claire.void(sale, amount_cents=2000)
    with refused("return_exceeds_sale", 409) as said:
        await shop.claire.void(sale, amount_cents=3001)
    assert said[0]["left"] == 3000
    assert await balance_of(shop, card) == 30


async def test_no_more_pieces_come_back_than_were_handed_over(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10}])
    card = await shop.a_card(points=50)
    booked = await shop.anna.redeem(card, shop.rewards[10], quantity=3)
    await shop.claire.void(booked, quantity=2)
    with refused("return_exceeds_sale", 409) as said:
        await shop.claire.void(booked, quantity=2)
    assert said[0]["left"] == 1
    undone = await shop.claire.void(booked)
    assert (undone["transactions"][0]["quantity"], undone["card"]["points_balance"]) == (1, 50)


async def test_a_stamp_has_no_parts(shop: Shop) -> None:
    card = await shop.a_card()
    stamp = await shop.anna.stamp(card)
    parts: list[Json] = [{"amount_cents": 1}, {"quantity": 1}]
    for part in parts:
        with refused("validation_failed", 422):
            await shop.anna.void(stamp, **part)
    assert (await shop.anna.show(card))["stamp_count"] == 1


async def test_a_sale_has_no_pieces_and_a_redemption_no_amount(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    sale, reward = await shop.anna.earn(card, cents=100), await shop.anna.redeem(card, shop.rewards[100])
    with refused("validation_failed", 422):
        await shop.anna.void(sale, quantity=1)
    with refused("validation_failed", 422):
        await shop.anna.void(reward, amount_cents=100)


async def test_two_tills_returning_the_same_goods_return_them_once(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    answers = await asyncio.gather(
        *(shop.claire.void(sale, amount_cents=6000) for _ in range(8)), return_exceptions=True
    )
    codes = [answer["code"] for answer in answers if isinstance(answer, Refused)]
    assert codes == ["return_exceeds_sale"] * 7
    assert await balance_of(shop, card) == 40


async def test_a_part_of_points_already_spent_is_owed_and_later_sales_pay_it_first(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=12_000)
    await shop.anna.redeem(card, shop.rewards[100])
    undone = await shop.claire.void(sale, amount_cents=5000)
    assert (undone["card"]["points_balance"], undone["card"]["debt_points"]) == (0, 30)
    undone = await shop.claire.void(sale, amount_cents=2000)
    assert (undone["card"]["points_balance"], undone["card"]["debt_points"]) == (0, 50)
    paid = await shop.anna.earn(card, cents=6000)
    assert (paid["card"]["points_balance"], paid["card"]["debt_points"]) == (10, 0)


async def test_a_program_that_forgives_takes_only_what_is_there_of_each_part(opened: OpenShop) -> None:
    shop = await opened(terms={"return_policy": "within_balance"})
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=12_000)
    await shop.anna.redeem(card, shop.rewards[100])
    first = await shop.claire.void(sale, amount_cents=5000)
    assert (first["transactions"][0]["amount"], first["card"]["debt_points"]) == (-20, 0)
    await shop.anna.earn(card, cents=10_000)
    # What was forgiven is settled: the second part takes its own seventy points and no more.
    second = await shop.claire.void(sale)
    assert (second["transactions"][0]["amount"], second["card"]["points_balance"]) == (-70, 30)


async def test_pieces_come_back_into_the_lots_that_paid_them_with_their_old_end(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 100}, rewards=[{"points_required": 50}])
    card = await shop.a_card(points=60)
    clock.move(timedelta(days=10))
    await shop.anna.earn(card, cents=6000)
    lots = "SELECT id, remaining, expires_at FROM lots WHERE card_id = $1 ORDER BY id"
    before = await superuser.fetch(lots, UUID(card["id"]))
    booked = await shop.anna.redeem(card, shop.rewards[50], quantity=2)
    await shop.claire.void(booked, quantity=1)
    assert [row["remaining"] for row in await superuser.fetch(lots, UUID(card["id"]))] == [10, 60]
    await shop.claire.void(booked)
    assert await superuser.fetch(lots, UUID(card["id"])) == before


async def test_pieces_whose_points_have_expired_meanwhile_come_back_for_fourteen_days_once(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10}, rewards=[{"points_required": 50}])
    card = await shop.a_card(points=150)
    booked = await shop.anna.redeem(card, shop.rewards[50], quantity=3)
    clock.move(timedelta(days=20))
    assert (await shop.claire.void(booked, quantity=1))["card"]["points_balance"] == 50
    clock.move(timedelta(days=13))
    assert (await shop.claire.void(booked, quantity=1))["card"]["points_balance"] == 100
    clock.move(timedelta(days=1, minutes=1))
    assert (await shop.claire.void(booked, quantity=1))["card"]["points_balance"] == 0


async def test_by_receipt_a_part_of_the_sale_comes_back_at_its_own_store(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=8000, order_reference="R-1")
    undone = await shop.anna.return_order("R-1", amount_cents=3000, reason="One shoe")
    assert [line["amount"] for line in undone["transactions"]] == [-30]
    assert undone["card"]["points_balance"] == 50
    assert (await shop.anna.return_order("R-1"))["card"]["points_balance"] == 0
    with refused("already_void", 409):
        await shop.anna.return_order("R-1")


async def test_by_receipt_goods_come_back_at_the_sister_store(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=8000, order_reference="R-1")
    undone = await shop.luc.return_order("R-1", amount_cents=3000)
    assert (undone["transactions"][0]["store"], undone["card"]["points_balance"]) == (shop.outlet, 50)


async def test_the_asking_stores_own_receipt_counts_first(shop: Shop) -> None:
    mine, theirs = await shop.a_card(), await shop.a_card()
    await shop.anna.earn(mine, cents=1000, order_reference="R-1")
    await shop.luc.earn(theirs, cents=2000, order_reference="R-1")
    assert (await shop.anna.return_order("R-1"))["card"]["id"] == mine["id"]
    assert (await shop.luc.return_order("R-1"))["card"]["id"] == theirs["id"]


async def test_a_receipt_two_other_stores_have_is_not_guessed(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=1000, order_reference="R-1")
    await shop.luc.earn(card, cents=2000, order_reference="R-1")
    third = await a_third_store(shop)
    with refused("order_reference_ambiguous", 409):
        await third.return_order("R-1")
    assert await balance_of(shop, card) == 30


async def a_third_store(shop: Shop) -> Till:
    code, store_id, now = f"THIRD{shop.code.upper()}", new_id(), clock.now()
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        session.add(
            Store(
                merchant_id=shop.merchant_id,
                id=store_id,
                code=code,
                name="THI",
                timezone="Europe/Luxembourg",
                created_at=now,
            )
        )
        await session.flush()
        session.add(StoreCode(code=code, merchant_id=shop.merchant_id, store_id=store_id))
    third: Till = shop.claire.at(code)
    return third


async def test_an_unknown_receipt_is_not_found(shop: Shop) -> None:
    with refused("not_found", 404):
        await shop.anna.return_order("R-404")


async def test_a_whole_order_takes_back_its_sale_and_its_redemption(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    await shop.anna.redeem(card, shop.rewards[100], order_reference="R-1")
    await shop.anna.earn(card, cents=4000, order_reference="R-1")
    undone = await shop.anna.return_order("R-1")
    assert sorted(line["amount"] for line in undone["transactions"]) == [-40, 100]
    assert undone["card"]["points_balance"] == 100


@pytest.mark.parametrize("policy", ["debt", "within_balance"])
async def test_a_redemption_paid_by_its_own_order_leaves_nothing_when_the_whole_order_comes_back(
    opened: OpenShop, policy: str
) -> None:
    shop = await opened(terms={"return_policy": policy})
    card = await shop.a_card()
    await shop.anna.earn(card, cents=10_000, order_reference="R-1")
    await shop.anna.redeem(card, shop.rewards[100], order_reference="R-1")
    undone = await shop.anna.return_order("R-1")
    assert [line["amount"] for line in undone["transactions"]] == [100, -100]
    assert (undone["card"]["points_balance"], undone["card"]["debt_points"]) == (0, 0)


async def test_a_part_of_an_order_is_a_part_of_its_sale(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    await shop.anna.redeem(card, shop.rewards[100], order_reference="R-1")
    await shop.anna.earn(card, cents=4000, order_reference="R-1")
    undone = await shop.anna.return_order("R-1", amount_cents=1000)
    assert [line["amount"] for line in undone["transactions"]] == [-10]
    whole = await shop.anna.return_order("R-1")
    assert sorted(line["amount"] for line in whole["transactions"]) == [-30, 100]


async def test_a_return_sent_twice_is_booked_once(shop: Shop) -> None:
    card, key = await shop.a_card(), new_key()
    await shop.anna.earn(card, cents=4000, order_reference="R-1")
    first = await shop.anna.return_order("R-1", amount_cents=1000, key=key)
    assert await shop.anna.return_order("R-1", amount_cents=1000, key=key) == first
    assert await balance_of(shop, card) == 30


async def test_a_policy_may_forbid_parts_and_receipts_too(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=4000, order_reference="R-1")
    await shop.change(Policy, allow_void_transactions=False)
    with refused("void_not_allowed", 403):
        await shop.anna.void(sale, amount_cents=1000)
    with refused("void_not_allowed", 403):
        await shop.anna.return_order("R-1")
    assert await balance_of(shop, card) == 40


async def test_without_the_permission_nothing_is_taken_back(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=4000, order_reference="R-1")
    await shop.change(StoreMember, permissions=["loyalty.manage_cards", "loyalty.view_programs"])
    with refused("forbidden", 403):
        await shop.anna.void(sale, amount_cents=1000)
    with refused("forbidden", 403):
        await shop.anna.return_order("R-1")


async def test_where_a_pin_is_required_a_return_needs_the_right_one(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=4000, order_reference="R-1")
    await shop.give_pin("luc", "1357")
    await shop.change(Policy, staff_pin_policy="required")
    ways: list[Callable[..., Awaitable[Json]]] = [
        partial(shop.luc.void, sale, amount_cents=1000),
        partial(shop.luc.return_order, "R-1", amount_cents=1000),
    ]
    for take_back in ways:
        with refused("pin_required", 403):
            await take_back()
        with refused("pin_invalid", 403):
            await take_back(staff_pin="0000")
        await take_back(staff_pin="1357")
    assert await balance_of(shop, card) == 20
