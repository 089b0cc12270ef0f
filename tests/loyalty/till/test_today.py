"""Today's figures, as the owner sees them."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from backend.core.clock import clock
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.merchants.models import Store
from tests.conftest import OpenShop
from tests.world.caller import Json, refused
from tests.world.office import Office
from tests.world.shop import Shop

NOTHING = {
    "active_cards": 0,
    "new_cards": 0,
    "points_issued": 0,
    "points_redeemed": 0,
    "stamps_issued": 0,
    "rewards_redeemed": 0,
    "open_holds": 0,
}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Noon in Luxembourg: far from midnight."""
    at(12)
    yield
    clock.reset()


def at(hour: int, minute: int = 0, zone: str = "Europe/Luxembourg") -> None:
    """Moves the clock forward to the next time when clocks of the zone show so."""
    now = clock.now()
    local = now.astimezone(ZoneInfo(zone)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    clock.move((local if local > now else local + timedelta(days=1)) - now)


async def today(shop: Shop) -> Json:
    return await Office.of(shop.claire).today()


async def of_store(shop: Shop, code: str) -> Json:
    figures: Json
    (figures,) = [row["figures"] for row in (await today(shop))["stores"] if row["store"]["code"] == code]
    return figures


async def test_the_owner_sees_today_of_each_store_and_of_all(opened: OpenShop) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50})
    marie = await shop.anna.enroll()
    await shop.anna.earn(marie, cents=20000)
    await shop.anna.stamp(marie)
    await shop.anna.redeem(marie, shop.rewards[100], quantity=2)
    await shop.luc.earn(await shop.luc.enroll(), cents=700)
    hub = {
        **NOTHING,
        "active_cards": 1,
        "new_cards": 1,
        "points_issued": 250,
        "points_redeemed": 200,
        "stamps_issued": 1,
        "rewards_redeemed": 2,
    }
    outlet = NOTHING | {"active_cards": 1, "new_cards": 1, "points_issued": 57}
    view = await today(shop)
    assert view["program_type"] == "hybrid"
    assert view["date"] == clock.now().astimezone(ZoneInfo("Europe/Luxembourg")).date().isoformat()
    assert {row["store"]["code"]: row["figures"] for row in view["stores"]} == {shop.hub: hub, shop.outlet: outlet}
    assert view["figures"] == {name: hub[name] + outlet[name] for name in NOTHING}


async def test_another_merchants_day_is_not_counted(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    card = await theirs.a_card(points=300, stamps=1)
    await theirs.anna.redeem(card, theirs.rewards[100])
    await theirs.anna.reserve(card, theirs.rewards[100])
    view = await today(mine)
    assert view["figures"] == NOTHING
    assert {row["store"]["code"] for row in view["stores"]} == {mine.hub, mine.outlet}


async def test_a_merchant_without_transactions_has_zeros(shop: Shop) -> None:
    assert (await today(shop))["figures"] == NOTHING


async def test_a_day_ends_at_midnight_of_the_store(opened: OpenShop) -> None:
    shop = await opened(timezone="Pacific/Auckland")
    at(23, 59, "Pacific/Auckland")
    card = await shop.a_card(points=30)
    evening = await of_store(shop, shop.hub)
    assert (evening["new_cards"], evening["points_issued"]) == (1, 30)
    clock.move(timedelta(minutes=1))
    morning = await of_store(shop, shop.hub)
    assert (morning["active_cards"], morning["new_cards"], morning["points_issued"]) == (1, 0, 0)
    await shop.anna.earn(card, cents=500)
    assert (await of_store(shop, shop.hub))["points_issued"] == 5


async def test_each_store_has_the_day_of_its_own_zone(shop: Shop) -> None:
    await shop.change(Store, timezone="Pacific/Kiritimati")
    dates = {row["date"] for row in (await today(shop))["stores"]}
    assert dates == {clock.now().astimezone(ZoneInfo("Pacific/Kiritimati")).date().isoformat()}


async def test_what_happened_yesterday_and_was_recorded_today_is_yesterdays(shop: Shop) -> None:
    card, now = await shop.a_card(), clock.now()
    body = shop.earned(shop.hub, 30)
    body.occurred_at = now - timedelta(days=1)
    await shop.book(EarnPoints(body), card, now=now)
    assert (await of_store(shop, shop.hub))["points_issued"] == 0


async def test_a_voided_transaction_counts_for_nothing(shop: Shop) -> None:
    card = await shop.a_card(points=300)
    before = await of_store(shop, shop.hub)
    for booked in (
        await shop.anna.earn(card, cents=1000),
        await shop.anna.stamp(card),
        await shop.anna.redeem(card, shop.rewards[100], quantity=2),
    ):
        await shop.anna.void(booked)
    assert await of_store(shop, shop.hub) == before


async def test_a_part_that_was_returned_is_left_out(shop: Shop) -> None:
    card = await shop.a_card(points=300)
    sale = await shop.anna.earn(card, cents=5000)
    await shop.anna.void(sale, amount_cents=2000)
    redemption = await shop.anna.redeem(card, shop.rewards[100], quantity=3)
    await shop.anna.void(redemption, quantity=1)
    figures = await of_store(shop, shop.hub)
    assert (figures["points_issued"], figures["points_redeemed"], figures["rewards_redeemed"]) == (330, 200, 2)


async def test_a_return_that_was_undone_counts_for_nothing(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=5000)
    back = await shop.anna.void(sale)
    clock.move(timedelta(minutes=5))
    await shop.anna.void(back["transactions"][0])
    assert (await of_store(shop, shop.hub))["points_issued"] == 50


async def test_todays_void_of_yesterdays_sale_does_not_lessen_today(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=5000)
    clock.move(timedelta(days=1))
    await shop.anna.void(sale)
    await shop.anna.earn(card, cents=700)
    assert (await of_store(shop, shop.hub))["points_issued"] == 7


async def test_the_figures_are_those_of_the_list_that_the_till_shows(shop: Shop) -> None:
    card = await shop.a_card(points=400)
    await shop.anna.void(await shop.anna.earn(card, cents=1000))
    await shop.anna.redeem(card, shop.rewards[100])
    await shop.anna.void(await shop.anna.redeem(card, shop.rewards[100]))
    lines = [line for line in (await shop.anna.bookings(limit=50))["data"] if not line["voided"]]
    figures = await of_store(shop, shop.hub)
    earned = sum(line["amount"] for line in lines if line["kind"] == "earned" and line["unit"] == "points")
    redeemed = -sum(line["amount"] for line in lines if line["kind"] == "redeemed")
    assert (figures["points_issued"], figures["points_redeemed"]) == (earned, redeemed) == (400, 100)


async def test_a_hold_is_open_until_it_is_confirmed_released_or_over(shop: Shop) -> None:
    card = await shop.a_card(points=400)
    confirmed, released, _ = [await shop.anna.reserve(card, shop.rewards[100]) for _ in range(3)]
    assert (await of_store(shop, shop.hub))["open_holds"] == 3
    await shop.anna.confirm(card, confirmed["hold"])
    await shop.anna.release(card, released["hold"])
    assert (await of_store(shop, shop.hub))["open_holds"] == 1
    clock.move(timedelta(minutes=11))
    figures = await of_store(shop, shop.hub)
    assert (figures["open_holds"], figures["points_redeemed"]) == (0, 100)


async def test_a_deactivated_card_is_no_customer_of_today(shop: Shop) -> None:
    card = await shop.a_card()
    await Office.of(shop.claire).deactivate(card)
    figures = await of_store(shop, shop.hub)
    assert (figures["active_cards"], figures["new_cards"]) == (0, 1)


async def test_a_closed_store_comes_last_and_keeps_its_customers(shop: Shop) -> None:
    await shop.a_card()
    await shop._as_owner(update(Store).where(Store.id == shop.store_ids[shop.hub]).values(is_active=False))
    view = await today(shop)
    assert [(row["store"]["code"], row["is_active"]) for row in view["stores"]] == [
        (shop.outlet, True),
        (shop.hub, False),
    ]
    assert view["figures"]["active_cards"] == 1


async def test_the_figures_are_the_owners_only(shop: Shop) -> None:
    with refused("forbidden", 403):
        await Office.of(shop.anna).today()
