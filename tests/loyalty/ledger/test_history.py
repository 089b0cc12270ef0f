"""The history of a card and of a store."""

from datetime import timedelta

import asyncpg

from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world.caller import refused
from tests.world.plans import plan_with
from tests.world.shop import Shop
from tests.world.till import shop_day


async def test_a_history_is_read_page_by_page_newest_first(shop: Shop) -> None:
    card = await shop.a_card()
    for euros in range(1, 6):
        await shop.anna.earn(card, cents=euros * 100)
    first = await shop.anna.history(card, limit=4)
    assert [row["amount"] for row in first["data"]] == [5, 4, 3, 2]
    assert first["has_more"] is True
    second = await shop.anna.history(card, limit=4, after=first["next_cursor"])
    assert [row["seq"] for row in second["data"]] == [2, 1]
    assert (second["has_more"], second["next_cursor"]) == (False, None)


async def test_a_store_sees_its_own_bookings_page_by_page(shop: Shop) -> None:
    card = await shop.a_card(at=shop.hub)
    await shop.anna.earn(card, cents=100)
    await shop.luc.earn(card, cents=200)
    await shop.anna.earn(card, cents=300)
    first = await shop.anna.bookings(limit=2)
    assert [row["amount"] for row in first["data"]] == [3, 1]
    rest = await shop.anna.bookings(limit=2, after=first["next_cursor"])
    assert [row["kind"] for row in rest["data"]] == ["enrolled"]
    assert [row["amount"] for row in (await shop.luc.bookings())["data"]] == [2]


async def test_the_lines_name_who_what_and_where(shop: Shop) -> None:
    card = await shop.a_card(first_name="Marie", last_name="Weber", points=100)
    reward = await shop.anna.reading("fr").redeem(card, shop.rewards[100])
    assert reward["transaction"]["reward"] == "Bon"
    line = (await shop.anna.reading("fr").history(card))["data"][0]
    assert (line["customer"], line["user"], line["store"], line["reward"]) == (
        "Marie Weber", "Anna", shop.hub, "Bon",
    )  # fmt: skip


async def test_the_answer_to_a_booking_is_the_line_of_the_history(shop: Shop) -> None:
    card = await shop.a_card(first_name="Marie", points=100)
    booked = [
        (await shop.anna.earn(card, cents=1234, order_reference="R-7"))["transaction"],
        (await shop.anna.stamp(card))["transaction"],
        (await shop.anna.redeem(card, shop.rewards[100]))["transaction"],
        (await shop.claire.adjust(card, 5))["transaction"],
    ]
    assert (await shop.anna.history(card, limit=4))["data"] == booked[::-1]


async def test_a_cursor_of_yesterday_has_moved_on(shop: Shop) -> None:
    card = await shop.a_card(points=1)
    cursor = (await shop.anna.history(card, limit=1))["next_cursor"]
    clock.move(timedelta(days=1, seconds=1))
    with refused("cursor_expired", 410):
        await shop.anna.history(card, after=cursor)


async def test_a_cursor_cannot_be_made_up(shop: Shop) -> None:
    card = await shop.a_card(points=1)
    cursor = (await shop.anna.history(card, limit=1))["next_cursor"]
    for forged in ("x", "####", cursor[:-4] + "AAAA", "AAAA" + cursor[4:], "é"):
        with refused("cursor_expired", 410):
            await shop.anna.history(card, after=forged)


async def test_a_limit_out_of_range_is_refused(shop: Shop) -> None:
    card = await shop.a_card()
    for limit in (0, 201, "many"):
        with refused("validation_failed", 422):
            await shop.anna.history(card, limit=limit)


async def test_with_stores_kept_apart_the_other_store_sees_no_history(opened: OpenShop) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    card = await shop.a_card(at=shop.hub)
    for look in (shop.luc.history, shop.luc.show, shop.luc.till):
        with refused("card_not_found", 404):
            await look(card)


async def test_an_owner_finds_what_was_booked_for_an_order_at_any_store(shop: Shop) -> None:
    card, other = await shop.a_card(), await shop.a_card()
    sale = (await shop.anna.earn(card, cents=2550, order_reference="R-2026/7"))["transaction"]
    await shop.luc.earn(other, cents=100, order_reference="R-2026/8")
    found = await shop.claire.get("/merchant/loyalty/transactions", params={"order_reference": "r 2026/7"})
    assert [line["id"] for line in found["data"]] == [sale["id"]]
    (line,) = found["data"]
    assert (line["store_id"], line["user_id"]) == (sale["store_id"], sale["user_id"])
    assert line["store_id"] in {
        store["id"] for store in (await shop.claire.me())["stores"] if store["code"] == shop.hub
    }
    at_store = await shop.luc.get("/store/loyalty/transactions", params={"order_reference": "R-2026/7"})
    assert at_store["data"] == []


async def test_an_owner_reads_all_transactions_by_kind_day_card_and_in_both_orders(shop: Shop) -> None:
    card, other = await shop.a_card(), await shop.a_card()
    await shop.anna.earn(card, cents=100)
    await shop.luc.earn(other, cents=200)
    await shop.anna.stamp(card)

    async def lines(**params: str | int) -> list[str]:
        rows = (await shop.claire.get("/merchant/loyalty/transactions", params=params))["data"]
        return [f"{row['kind']} {row['unit']} {row['amount']}" for row in rows]

    sales = ["earned stamps 1", "earned points 2", "earned points 1"]
    assert await lines(kind="earned") == sales
    assert await lines(kind="earned", order="oldest") == sales[::-1]
    assert await lines(kind="earned", card_id=card["id"]) == [sales[0], sales[2]]
    today = shop_day(clock.now().isoformat())
    assert await lines(kind="earned", **{"from": today, "until": today}) == sales
    assert await lines(until="2020-01-01") == []
    assert await lines(**{"from": "2999-12-31"}) == []
    page = await shop.claire.get("/merchant/loyalty/transactions", params={"limit": 1, "order": "oldest"})
    rest = {"limit": 200, "order": "oldest", "after": page["next_cursor"]}
    following = await shop.claire.get("/merchant/loyalty/transactions", params=rest)
    assert page["data"][0]["id"] not in {row["id"] for row in following["data"]}
    with refused("cursor_expired", 410):
        await shop.claire.get("/merchant/loyalty/transactions", params={"after": page["next_cursor"]})


async def test_a_list_with_filters_is_read_by_an_index(shop: Shop, superuser: asyncpg.Connection) -> None:
    statements = {
        "ix_transactions_recorded_at": "SELECT t.id FROM transactions t WHERE t.merchant_id = $1 "
        "ORDER BY t.recorded_at DESC, t.id DESC",
        "ix_order_references_folded": "SELECT r.transaction_id FROM order_references r "
        "WHERE r.merchant_id = $1 AND r.folded = 'x'",
    }
    for index, statement in statements.items():
        plan = await plan_with(index, superuser, statement, shop.merchant_id)
        assert index in plan
        assert "Sort" not in plan
