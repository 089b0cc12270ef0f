"""The lists of a merchant's cards and customers, for the owner and for servers of others."""

from datetime import timedelta
from typing import Any

import asyncpg
from sqlalchemy import Select

from backend.access.permissions import FOR_API_KEYS, MANAGE_CARDS
from backend.core.clock import clock
from backend.core.ids import new_id
from backend.core.repository import Sorting
from backend.loyalty.cards.models import Card
from backend.loyalty.cards.queries import SORTINGS, CardFilters, CardRepository
from backend.loyalty.customers.queries import SORTINGS as OF_CUSTOMERS
from backend.loyalty.customers.queries import CustomerRepository
from tests.world.caller import Json, refused
from tests.world.keys import connect
from tests.world.office import Office
from tests.world.plans import plan_with
from tests.world.shop import Shop
from tests.world.statements import POSTGRESQL, statements
from tests.world.till import shop_day

CARDS, CUSTOMERS = "/merchant/loyalty/cards", "/merchant/loyalty/customers"


async def ids(shop: Shop, path: str = CARDS, **asked: Any) -> list[str]:
    return [row["id"] for row in (await shop.claire.get(path, params=asked))["data"]]


async def three_cards(shop: Shop) -> list[str]:
    """Of which the first was enrolled yesterday, and the last at the outlet."""
    clock.move(timedelta(days=-1))
    first = await shop.a_card()
    clock.move(timedelta(days=1))
    return [card["id"] for card in (first, await shop.a_card(), await shop.a_card(at=shop.outlet))]


async def test_cards_are_listed_by_store_state_customer_and_day_in_both_orders(shop: Shop) -> None:
    first, second, third = await three_cards(shop)
    await Office.of(shop.claire).deactivate(second)
    today = shop_day(clock.now().isoformat())
    assert await ids(shop) == [third, second, first]
    assert await ids(shop, order="oldest") == [first, second, third]
    assert await ids(shop, store_id=shop.store_ids[shop.outlet]) == [third]
    assert await ids(shop, state="deactivated") == [second]
    assert await ids(shop, state="active", order="oldest") == [first, third]
    assert await ids(shop, customer_id=(await shop.claire.show(first))["customer"]["id"]) == [first]
    assert await ids(shop, **{"from": today}) == [third, second]
    assert await ids(shop, until=today, order="oldest") == [first, second, third]
    assert await ids(shop, until="2020-01-01") == []
    assert await ids(shop, **{"from": "0001-01-01", "until": "9999-12-31"}) == [third, second, first]


async def test_the_pages_of_cards_have_each_once(shop: Shop) -> None:
    cards = await three_cards(shop)
    page = await shop.claire.get(CARDS, params={"limit": 2, "order": "oldest"})
    rest = await shop.claire.get(CARDS, params={"order": "oldest", "after": page["next_cursor"]})
    assert [row["id"] for row in page["data"] + rest["data"]] == cards
    with refused("cursor_expired", 410):
        await shop.claire.get(CARDS, params={"after": page["next_cursor"]})
    with refused("validation_failed", 422):
        await shop.claire.get(CARDS, params={"state": "lost"})


async def test_a_card_in_the_list_has_its_balances_and_with_expand_its_customer(shop: Shop) -> None:
    marie = await shop.a_card(points=5, stamps=2, first_name="Marie", last_name="Weber")
    (plain,) = (await shop.claire.get(CARDS))["data"]
    assert (plain["points_balance"], plain["stamp_count"], plain["customer"]) == (5, 2, None)
    (expanded,) = (await shop.claire.get(CARDS, params={"expand": "customer"}))["data"]
    assert expanded == plain | {"customer": marie["customer"]}
    await shop.erase(marie)
    (erased,) = (await shop.claire.get(CARDS, params={"expand": "customer"}))["data"]
    assert (erased["state"], erased["customer_id"], erased["customer"]) == ("erased", None, None)


async def test_expanding_asks_one_statement_however_many_rows_there_are(shop: Shop) -> None:
    async def asked(path: str, **params: Any) -> int:
        with statements() as seen:
            await shop.claire.get(path, params=params)
        return len(seen)

    cards = [await shop.a_card(points=1)]
    lists = ((CARDS, "customer"), ("/merchant/loyalty/transactions", "card"))
    few = [await asked(path, expand=what) for path, what in lists]
    cards += [await shop.a_card(points=1) for _ in range(3)]
    assert [await asked(path, expand=what) for path, what in lists] == few
    lines = (await shop.claire.get("/merchant/loyalty/transactions", params={"expand": "card"}))["data"]
    assert {line["card"]["code"] for line in lines} == {card["code"] for card in cards}
    assert all(line["card"]["id"] == line["card_id"] for line in lines)
    assert {line["card"] for line in (await shop.claire.get("/merchant/loyalty/transactions"))["data"]} == {None}


async def test_customers_are_listed_by_day_in_both_orders(shop: Shop) -> None:
    cards = await three_cards(shop)
    holders: list[Json] = [(await shop.claire.show(card))["customer"] for card in cards]
    listed = (await shop.claire.get(CUSTOMERS, params={"order": "oldest"}))["data"]
    assert [{name: row[name] for name in holders[0]} for row in listed] == holders
    assert await ids(shop, CUSTOMERS) == [holder["id"] for holder in holders[::-1]]
    today = shop_day(clock.now().isoformat())
    assert await ids(shop, CUSTOMERS, **{"from": today}) == [holders[2]["id"], holders[1]["id"]]


async def test_a_server_reads_both_lists_with_its_key(shop: Shop) -> None:
    card = await shop.a_card()
    web_shop = await connect(shop)
    assert [row["id"] for row in (await web_shop.get(CARDS))["data"]] == [card["id"]]
    assert [row["id"] for row in (await web_shop.get(CUSTOMERS))["data"]] == [card["customer"]["id"]]


async def test_a_key_of_one_store_or_of_other_rights_lists_nobody(shop: Shop) -> None:
    of_one_store = await connect(shop, at=[shop.hub])
    of_other_rights = await connect(shop, permissions=FOR_API_KEYS - {MANAGE_CARDS})
    for web_shop in (of_one_store, of_other_rights):
        for path in (CARDS, CUSTOMERS):
            with refused("forbidden", 403):
                await web_shop.get(path)


async def test_each_filter_is_read_by_an_index(superuser: asyncpg.Connection, shop: Shop) -> None:
    """Those of a list in its order, too; a customer has few cards."""
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        cards = CardRepository(session, shop.merchant_id).statement
        customers = CustomerRepository(session, shop.merchant_id).statement
    plans: dict[str, tuple[Select[Any], CardFilters, Sorting]] = {
        "ix_cards_enrolled_at": (cards, CardFilters(), SORTINGS["newest"]),
        "ix_cards_store": (cards, CardFilters(store_id=new_id()), SORTINGS["oldest"]),
        "ix_cards_state": (cards, CardFilters(state="deactivated"), SORTINGS["newest"]),
        "ix_customers_created_at": (customers, CardFilters(), OF_CUSTOMERS["newest"]),
    }
    for index, (own, filters, sorting) in plans.items():
        plan = await plan_with(index, superuser, statement_of(own.where(*filters.equal()), sorting))
        assert index in plan, plan
        assert "Sort" not in plan
    of_customer = statement_of(cards.where(*CardFilters(customer_id=new_id()).equal()), None)
    assert "ix_cards_customer" in await plan_with("ix_cards_customer", superuser, of_customer)


def statement_of(asked: Any, sorting: Sorting | None) -> str:
    if sorting:
        columns = (sorting.column, Card.id if sorting.column.class_ is Card else sorting.column.class_.id)
        asked = asked.order_by(*(each.desc() if sorting.is_descending else each for each in columns)).limit(51)
    return str(asked.compile(dialect=POSTGRESQL, compile_kwargs={"literal_binds": True}))
