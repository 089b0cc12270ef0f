"""What a sale would earn, asked before it closes; and a sale by the lines of its basket."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.loyalty.ledger.models.transactions import TransactionCategory
from tests.conftest import OpenShop
from tests.world.caller import Json, new_key, refused
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import Card, Till


async def preview(till: Till, card: Card, **body: Any) -> Json:
    return await till.post(f"/store/loyalty/cards/{card['id']}/points/preview", body)


async def test_a_basket_is_priced_in_points_before_the_sale_and_the_sale_gives_just_that(shop: Shop) -> None:
    card = await shop.a_card(points=90)
    asked = await preview(shop.anna, card, purchase_amount_cents=2550)
    assert (asked["points_earned"], asked["points_balance"], asked["reward_ready"]) == (25, 115, True)
    again = await preview(shop.anna, card, purchase_amount_cents=2550)
    assert (again["points_earned"], again["points_balance"]) == (25, 115), "nothing is kept, not even half a point"
    assert (await shop.anna.show(card))["points_balance"] == 90
    booked = await shop.anna.earn(card, cents=2550)
    assert (booked["points_earned"], booked["card"]["points_balance"]) == (25, 115)
    assert (await preview(shop.anna, card, purchase_amount_cents=50))["points_earned"] == 1, "half a point was left"


async def test_it_makes_the_checks_of_the_booking_but_asks_for_no_pin(opened: OpenShop) -> None:
    shop = await opened(policy={"staff_pin_policy": "required", "require_order_reference": True})
    card = await shop.a_card()
    with refused("order_reference_required", 422):
        await preview(shop.anna, card, purchase_amount_cents=2550)
    asked = await preview(shop.anna, card, purchase_amount_cents=2550, order_reference="R-1")
    assert asked["points_earned"] == 25
    await Office.of(shop.claire).deactivate(card)
    with refused("card_inactive", 409):
        await preview(shop.anna, card, purchase_amount_cents=2550, order_reference="R-1")


LINES = [{"amount_cents": 1999}, {"amount_cents": 0}, {"amount_cents": 551}]


async def test_a_sale_by_lines_earns_as_its_sum_and_is_returned_by_amount(shop: Shop) -> None:
    card, other = await shop.a_card(), await shop.a_card()
    for body, points in (({"lines": LINES}, 25), ({"lines": LINES, "purchase_amount_cents": 2550}, 26)):
        sale = await earn(shop, card, body)
        assert (sale["points_earned"], sale["transaction"]["purchase_amount_cents"]) == (points, 2550)
    assert (await preview(shop.anna, other, lines=LINES))["points_earned"] == 25
    void = await shop.anna.void(sale["transaction"]["id"], amount_cents=1000)
    assert void["card"]["points_balance"] == 41


async def earn(shop: Shop, card: Card, body: Json) -> Json:
    return await shop.anna.post(f"/store/loyalty/cards/{card['id']}/points", body, key=new_key())


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/purchase_amount_cents", "required"),
        ({"lines": []}, "/lines", "too_few"),
        ({"lines": LINES, "purchase_amount_cents": 2549}, "/lines", "sum_differs"),
        ({"lines": [{"amount_cents": 0}]}, "/lines", "sum_out_of_range"),
        ({"lines": [{"amount_cents": 100_000_000}, {"amount_cents": 1}]}, "/lines", "sum_out_of_range"),
        ({"lines": [{"amount_cents": 100}, {"amount_cents": -1}]}, "/lines/1/amount_cents", "too_small"),
    ],
)
async def test_lines_that_are_no_sale_are_refused(shop: Shop, body: Json, pointer: str, code: str) -> None:
    card = await shop.a_card()
    with refused("validation_failed", 422) as said:
        await earn(shop, card, body)
    assert [(error["pointer"], error["code"]) for error in said[0]["errors"]] == [(pointer, code)]
    assert said[0]["errors"][0]["detail"]


async def test_the_categories_of_lines_are_those_of_the_sale(opened: OpenShop) -> None:
    shop = await opened(categories=2)
    card, (first, second) = await shop.a_card(), shop.categories
    with refused("CATEGORY_REQUIRED", 422):
        await earn(shop, card, {"lines": [{"amount_cents": 100}]})
    with refused("category_unknown", 422):
        await earn(shop, card, {"lines": [{"amount_cents": 100, "category_id": card["id"]}]})
    lines = [{"amount_cents": 100, "category_id": each} for each in (first, second, first)]
    sale = await earn(shop, card, {"lines": lines, "category_ids": [first]})
    kept = select(TransactionCategory.category_id).where(
        TransactionCategory.merchant_id == shop.merchant_id,
        TransactionCategory.transaction_id == UUID(sale["transaction"]["id"]),
    )
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        assert {str(each) for each in await session.scalars(kept)} == {first, second}
