"""Whose customers may be leaving, and whose do not come: on both sides of each boundary."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.schemas.bookings import Adjustment, Earn
from backend.loyalty.programs.models import Program
from backend.loyalty.retention import actions
from backend.loyalty.retention.actions import CustomerCounting
from backend.loyalty.retention.rules import CustomerFigures
from tests.conftest import OpenShop
from tests.world.shop import Shop
from tests.world.till import Card

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
COUNTED = """
SELECT active_cards, at_risk_cards, new_cards, live_since, counted_at FROM customer_counts WHERE merchant_id = $1
"""
MARKED = "UPDATE customers SET is_test = true WHERE merchant_id = $1 AND id = $2"
INTERVALS = "SELECT xmin, * FROM visit_intervals WHERE merchant_id = $1 ORDER BY card_id"


async def count(shop: Shop, now: datetime) -> CustomerFigures:
    return await CustomerCounting(shop.services.sessions, shop.merchant_id, now).run()


async def at_risk(shop: Shop, now: datetime) -> int:
    return (await count(shop, now)).at_risk_cards


async def buy(shop: Shop, card: Card, at: datetime) -> None:
    await shop.book(EarnPoints(Earn(purchase_amount_cents=500)), card, now=at)


async def a_regular(shop: Shop, begun_at: datetime, *days: int) -> Card:
    """Enrolled then, with a sale so many days after it."""
    card = await shop.a_card()
    for day in days:
        await buy(shop, card, begun_at + day * DAY)
    return card


async def test_who_stays_away_twice_as_long_as_usual_is_at_risk(shop: Shop) -> None:
    begun_at = clock.now()
    await a_regular(shop, begun_at, 0, 7, 20)
    last_visit_at = begun_at + 20 * DAY
    assert await at_risk(shop, last_visit_at + 20 * DAY) == 0
    assert await at_risk(shop, last_visit_at + 20 * DAY + SECOND) == 1


async def test_who_has_come_twice_is_at_risk_after_sixty_days(shop: Shop) -> None:
    begun_at = clock.now()
    await a_regular(shop, begun_at, 0, 3)
    last_visit_at = begun_at + 3 * DAY
    assert await at_risk(shop, last_visit_at + 60 * DAY) == 0
    assert await at_risk(shop, last_visit_at + 60 * DAY + SECOND) == 1


async def test_several_sales_of_a_day_are_one_visit(shop: Shop) -> None:
    begun_at = clock.now()
    card = await a_regular(shop, begun_at, 0, 10)
    for _ in "12":
        await buy(shop, card, begun_at + 10 * DAY)
    assert await at_risk(shop, begun_at + 69 * DAY) == 0


async def test_what_the_owner_adjusts_is_no_visit(shop: Shop) -> None:
    begun_at = clock.now()
    card = await a_regular(shop, begun_at, 0, 10)
    await shop.book(AdjustPoints(Adjustment(5, "Goodwill")), card, now=begun_at + 11 * DAY)
    assert await at_risk(shop, begun_at + 70 * DAY) == 0
    assert await at_risk(shop, begun_at + 72 * DAY) == 1


async def test_who_comes_again_is_not_at_risk_any_more(shop: Shop) -> None:
    begun_at = clock.now()
    card = await a_regular(shop, begun_at, 0, 10, 20)
    assert await at_risk(shop, begun_at + 50 * DAY) == 1
    await buy(shop, card, begun_at + 50 * DAY)
    assert await at_risk(shop, begun_at + 83 * DAY) == 0, "the long pause counts from now on"
    assert await at_risk(shop, begun_at + 84 * DAY) == 1


async def test_test_customers_and_cards_out_of_use_are_left_out(shop: Shop, superuser: asyncpg.Connection) -> None:
    marie, erased, _ = [await shop.a_card() for _ in range(3)]
    await shop.erase(erased)
    await superuser.execute(MARKED, shop.merchant_id, UUID(marie["customer"]["id"]))
    figures = await count(shop, clock.now() + SECOND)
    assert (figures.active_cards, figures.new_cards) == (1, 2), "somebody new who wants to be forgotten was new"
    assert await at_risk(shop, clock.now() + 61 * DAY) == 1


async def test_each_merchant_has_figures_of_its_own(opened: OpenShop, superuser: asyncpg.Connection) -> None:
    mine, theirs = await opened(), await opened()
    await mine.a_card()
    for _ in range(3):
        await theirs.a_card()
    late = clock.now() + 61 * DAY
    assert (await count(mine, late))[:3] == (1, 1, 0)
    assert (await count(theirs, late))[:3] == (3, 3, 0)
    assert [tuple(await superuser.fetchrow(COUNTED, each.merchant_id))[:2] for each in (mine, theirs)] == [
        (1, 1),
        (3, 3),
    ]


async def test_counting_twice_finds_the_same_and_counts_no_card_anew(
    shop: Shop, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "CARDS_AT_ONCE", 2)
    begun_at = clock.now()
    for _ in range(5):
        await a_regular(shop, begun_at, 0, 7, 20)
    now = begun_at + 41 * DAY
    first, intervals = await count(shop, now), await superuser.fetch(INTERVALS, shop.merchant_id)
    assert (first.active_cards, first.at_risk_cards, len(intervals)) == (5, 5, 5)
    assert await count(shop, now) == first
    assert await superuser.fetch(INTERVALS, shop.merchant_id) == intervals
    assert tuple(await superuser.fetchrow(COUNTED, shop.merchant_id)) == first


async def test_a_new_card_is_new_for_seven_days(shop: Shop) -> None:
    enrolled_at = datetime.fromisoformat((await shop.a_card())["enrolled_at"])
    assert (await count(shop, enrolled_at + 7 * DAY - SECOND)).new_cards == 1
    assert (await count(shop, enrolled_at + 7 * DAY)).new_cards == 0


async def test_a_merchant_is_live_since_its_first_store_is(shop: Shop) -> None:
    opened_at = (await count(shop, clock.now())).live_since
    assert opened_at is not None
    await shop.switch_loyalty(is_enabled=False)
    assert (await count(shop, clock.now())).live_since is None
    clock.move(9 * DAY)
    await shop.switch_loyalty(is_enabled=True, at=shop.outlet)
    live_since = (await count(shop, clock.now())).live_since
    assert live_since is not None
    assert live_since - opened_at >= 9 * DAY
    await shop.change(Program, is_active=False)
    assert (await count(shop, clock.now())).live_since is None, "nobody can join"


@pytest.mark.parametrize(("timezone", "expected"), [("Etc/GMT-1", 1), ("Etc/GMT+5", 0)])
async def test_a_day_with_a_visit_is_one_of_the_merchants_own_calendar(
    shop: Shop, superuser: asyncpg.Connection, timezone: str, expected: int
) -> None:
    """An hour east of Greenwich the sales are on three days, five hours west on two: too few for an interval."""
    await superuser.execute("UPDATE merchants SET timezone = $1 WHERE id = $2", timezone, shop.merchant_id)
    evening = clock.now().replace(hour=22, minute=30) + DAY
    card = await shop.a_card()
    for at in (evening, evening + timedelta(hours=1), evening + timedelta(hours=25)):
        await buy(shop, card, at)
    assert await at_risk(shop, evening + 4 * DAY) == expected
