"""Points for sales."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.programs.models import Program
from backend.merchants.models import Policy
from tests.conftest import OpenShop
from tests.world.caller import refused
from tests.world.shop import Shop


async def test_a_sale_of_25_50_earns_25_points(shop: Shop) -> None:
    card = await shop.a_card()
    booked = await shop.anna.earn(card, cents=2550, order_reference="R-1", notes="gift")
    assert booked["points_earned"] == 25
    assert booked["card"]["points_balance"] == 25
    line = booked["transaction"]
    assert (line["kind"], line["unit"], line["amount"], line["points_balance"]) == ("earned", "points", 25, 25)
    assert (line["store"], line["user"], line["purchase_amount_cents"]) == (shop.hub, "Anna", 2550)
    assert (line["order_reference"], line["voided"]) == ("R-1", False)
    assert booked["undo_until"] == line["undo_until"] > line["recorded_at"]


async def test_30_and_20_euros_on_a_50_euro_rule_give_the_point(opened: OpenShop) -> None:
    shop = await opened(terms={"points_numerator": 1, "points_denominator": 50})
    card = await shop.a_card()
    first, second = await shop.anna.earn(card, cents=3000), await shop.anna.earn(card, cents=2000)
    assert (first["points_earned"], second["points_earned"]) == (0, 1)
    assert first["transaction"]["amount"] == 0
    assert second["card"]["points_balance"] == 1


async def test_below_the_minimum_nothing_is_booked(opened: OpenShop) -> None:
    shop = await opened(terms={"minimum_purchase_cents": 1000})
    card = await shop.a_card()
    answer = await shop.anna.send(
        "POST", f"/store/loyalty/cards/{card['id']}/points", json={"purchase_amount_cents": 999}, key="just below"
    )
    assert answer.status_code == 200
    assert (answer.json()["transaction"], answer.json()["points_earned"]) == (None, 0)
    assert (await shop.anna.history(card))["data"][0]["kind"] == "enrolled"
    assert await shop.anna.state_of("just below") == "not_booked"
    assert (await shop.anna.earn(card, cents=1000))["points_earned"] == 10


async def test_an_answer_of_201_is_a_booking(shop: Shop) -> None:
    card = await shop.a_card()
    answer = await shop.anna.send(
        "POST", f"/store/loyalty/cards/{card['id']}/points", json={"purchase_amount_cents": 100}, key="k"
    )
    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers


async def test_a_sale_keeps_the_terms_it_was_booked_under(shop: Shop) -> None:
    card = await shop.a_card(points=10)
    await shop.publish(points_numerator=3)
    booked = await shop.anna.earn(card, cents=1000)
    assert booked["points_earned"] == 30
    first = (await shop.anna.history(card))["data"][1]
    taken_back = await shop.claire.void(first["id"])
    assert taken_back["transactions"][0]["amount"] == -10


async def test_a_store_with_categories_asks_for_one(opened: OpenShop) -> None:
    shop = await opened(categories=2)
    card = await shop.a_card()
    with refused("CATEGORY_REQUIRED", 422):
        await shop.anna.earn(card, cents=100)
    assert (await shop.anna.earn(card, cents=100, category_ids=shop.categories))["points_earned"] == 1
    assert (await shop.luc.earn(card, cents=100))["points_earned"] == 1


async def test_a_category_of_another_store_is_refused(opened: OpenShop) -> None:
    shop = await opened(categories=1)
    card = await shop.a_card()
    with refused("category_unknown", 422):
        await shop.luc.earn(card, cents=100, category_ids=shop.categories)
    with refused("category_unknown", 422):
        await shop.anna.earn(card, cents=100, category_ids=[card["id"]])


async def test_the_same_category_named_twice_counts_once(opened: OpenShop) -> None:
    shop = await opened(categories=1)
    card = await shop.a_card()
    assert (await shop.anna.earn(card, cents=100, category_ids=shop.categories * 2))["points_earned"] == 1


async def test_a_policy_may_ask_for_the_receipt_number(opened: OpenShop) -> None:
    shop = await opened(policy={"require_order_reference": True})
    card = await shop.a_card()
    with refused("order_reference_required", 422):
        await shop.anna.earn(card, cents=100)
    assert (await shop.anna.earn(card, cents=100, order_reference="R-1"))["points_earned"] == 1


async def test_a_receipt_number_is_booked_once_per_store(shop: Shop) -> None:
    card, other = await shop.a_card(), await shop.a_card()
    await shop.anna.earn(card, cents=100, order_reference="R-1")
    with refused("order_reference_used", 409):
        await shop.anna.earn(other, cents=100, order_reference="R-1")
    assert (await shop.luc.earn(other, cents=100, order_reference="R-1"))["points_earned"] == 1


async def test_an_offline_sale_keeps_its_own_time(shop: Shop) -> None:
    card, sold_at = await shop.a_card(), clock.now() - timedelta(hours=71)
    booked = await shop.anna.earn(card, cents=100, occurred_at=sold_at.isoformat())
    assert booked["transaction"]["occurred_at"][:19] == sold_at.isoformat()[:19]
    assert booked["transaction"]["recorded_at"] > booked["transaction"]["occurred_at"]


@pytest.mark.parametrize("away", [timedelta(hours=-72, seconds=-5), timedelta(minutes=5, seconds=5)])
async def test_a_time_out_of_range_is_refused(shop: Shop, away: timedelta) -> None:
    card = await shop.a_card()
    with refused("occurred_at_refused", 422):
        await shop.anna.earn(card, cents=100, occurred_at=(clock.now() + away).isoformat())


async def test_a_time_without_a_zone_is_refused(shop: Shop) -> None:
    card = await shop.a_card()
    with refused("occurred_at_refused", 422):
        await shop.anna.earn(card, cents=100, occurred_at=clock.now().replace(tzinfo=None).isoformat())


async def test_five_minutes_ahead_and_72_hours_ago_are_still_taken(shop: Shop) -> None:
    card = await shop.a_card()
    for away in (timedelta(hours=-72, seconds=5), timedelta(minutes=5, seconds=-5)):
        await shop.anna.earn(card, cents=100, occurred_at=(clock.now() + away).isoformat())


@pytest.mark.parametrize("cents", [0, -1, 100_000_001, 25.5, "25,50", "abc", None, True])
async def test_an_amount_that_is_none_is_refused_where_it_stands(shop: Shop, cents: Any) -> None:
    """The predecessor's bug 13: its amount field took letters."""
    card = await shop.a_card()
    with refused("validation_failed", 422) as said:
        await shop.anna.earn(card, cents=cents)
    assert [error["pointer"] for error in said[0]["errors"]] == ["/purchase_amount_cents"]


async def test_a_misspelt_field_is_not_ignored(shop: Shop) -> None:
    card = await shop.a_card()
    with refused("validation_failed", 422):
        await shop.anna.earn(card, cents=100, order_ref="R-1")


async def test_a_stamp_card_earns_no_points(opened: OpenShop) -> None:
    shop = await opened(program={"type": "stamps"})
    card = await shop.a_card()
    with refused("unit_not_offered", 409):
        await shop.anna.earn(card, cents=100)


async def test_a_closed_program_books_nothing(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.change(Program, is_active=False)
    with refused("program_inactive", 409):
        await shop.anna.earn(card, cents=100)


async def test_the_device_and_the_address_are_logged_only_where_the_policy_says_so(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card()
    silent = await shop.anna.earn(card, cents=100)
    await shop.change(Policy, log_ip_addresses=True)
    logged = await shop.anna.but(user_agent="Till 1.0").earn(card, cents=100)
    query = "SELECT host(ip), user_agent FROM transactions WHERE id = $1"
    assert tuple(await superuser.fetchrow(query, silent["transaction"]["id"])) == (None, None)
    assert tuple(await superuser.fetchrow(query, logged["transaction"]["id"])) == ("127.0.0.1", "Till 1.0")


async def test_a_purchase_in_large_amounts_stays_exact(shop: Shop) -> None:
    card = await shop.a_card()
    for _ in range(3):
        booked = await shop.anna.earn(card, cents=99_999_999)
    assert booked["card"]["points_balance"] == 2_999_999
