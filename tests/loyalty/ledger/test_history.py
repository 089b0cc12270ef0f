"""The history of a card and of a store."""

from datetime import timedelta

from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world.caller import refused
from tests.world.shop import Shop


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
