"""Holders hear of points that end two weeks before, once."""

import json
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.ledger.queries import EACH_STATE
from backend.loyalty.ledger.tasks import warn as warning
from backend.loyalty.ledger.tasks.warn import ExpiryWarning
from backend.operations.task_runs.actions import Progress
from tests.conftest import OpenShop
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.spying import noting
from tests.world.statements import statements
from tests.world.till import Card

DAY = timedelta(days=1)
ROLLING, IDLE = {"expiry_kind": "rolling", "expiry_days": 30}, {"expiry_kind": "inactivity", "expiry_days": 30}
TOLD = "SELECT data FROM events WHERE merchant_id = $1 AND name = 'points_expiring' ORDER BY occurred_at, id"


async def warn(shop: Shop, *, dry_run: bool = False) -> tuple[int, int]:
    """How many cards, how many points."""
    progress = Progress()
    services = shop.services
    await ExpiryWarning(services.pool, services.sessions, clock.now(), progress, dry_run).run([shop.merchant_id])
    return progress.counts["processed"], progress.counts["expiring_points"]


async def told(superuser: asyncpg.Connection, shop: Shop) -> list[Any]:
    return [json.loads(row["data"]) for row in await superuser.fetch(TOLD, shop.merchant_id)]


@pytest.mark.parametrize("terms", [ROLLING, IDLE])
async def test_two_weeks_before_the_end_a_holder_is_told_once(opened: OpenShop, terms: dict[str, Any]) -> None:
    shop = await opened(terms=terms)
    card = await shop.a_card(points=120)
    ends_at = datetime.fromisoformat(card["next_expiry"]["expires_at"])
    clock.move(ends_at - clock.now() - 14 * DAY - timedelta(seconds=2))
    assert await warn(shop) == (0, 0)
    clock.move(timedelta(seconds=2))
    assert await warn(shop, dry_run=True) == (1, 120)
    assert await warn(shop) == (1, 120)
    assert await warn(shop) == (0, 0)
    clock.move(13 * DAY)
    assert await warn(shop) == (0, 0)


async def test_what_is_told_names_the_day_and_the_points(opened: OpenShop, superuser: asyncpg.Connection) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card(points=120)
    clock.move(20 * DAY)
    await warn(shop, dry_run=True)
    assert await told(superuser, shop) == []
    await warn(shop)
    (event,) = await told(superuser, shop)
    assert (event["card_id"], event["points"]) == (card["id"], 120)
    assert event["expires_at"] == card["next_expiry"]["expires_at"]


async def test_points_that_end_day_after_day_are_told_of_once_in_two_weeks(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card(points=10)
    for _ in range(20):
        clock.move(DAY)
        await shop.anna.earn(card, cents=1000)
    assert await warn(shop) == (1, 10)
    clock.move(10 * DAY)
    assert await warn(shop) == (0, 0)
    clock.move(2 * DAY)
    assert await warn(shop) == (1, 10)


async def test_a_customer_who_came_back_in_time_is_told_again_when_the_new_end_is_near(opened: OpenShop) -> None:
    shop = await opened(terms=IDLE)
    card = await shop.a_card(points=10)
    clock.move(20 * DAY)
    assert await warn(shop) == (1, 10)
    await shop.anna.stamp(card)
    clock.move(DAY)
    assert await warn(shop) == (0, 0)
    clock.move(20 * DAY)
    assert await warn(shop) == (1, 10)


async def test_nobody_hears_of_cards_out_of_use_nor_of_points_without_an_end(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card(points=10)
    await Office.of(shop.claire).deactivate(card)
    await shop.publish(expiry_kind="none")
    await shop.a_card(points=10, stamps=1)
    clock.move(20 * DAY)
    assert await warn(shop) == (0, 0)


async def test_one_bad_card_does_not_keep_the_others_uninformed(
    opened: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await opened(terms=ROLLING)
    cards: list[Card] = [await shop.a_card(points=10) for _ in range(3)]
    clock.move(20 * DAY)
    find = warning.find_ending

    def failing(card_id: Any, state: Any, now: datetime) -> Any:
        if str(card_id) == cards[1]["id"]:
            raise RuntimeError
        return find(card_id, state, now)

    with monkeypatch.context() as patch:
        patch.setattr(warning, "find_ending", failing)
        assert await warn(shop) == (2, 20)
    assert await warn(shop) == (1, 10)


async def test_the_statements_of_a_chunk_do_not_grow_with_its_cards(
    opened: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, counts = await opened(terms=ROLLING), []
    fetched: list[tuple[Any, ...]] = []
    monkeypatch.setattr(asyncpg.Pool, "fetch", noting(fetched, asyncpg.Pool.fetch))
    for cards in (2, 6):
        for _ in range(cards):
            await shop.a_card(points=10)
        clock.move(20 * DAY)
        fetched.clear()
        with statements() as asked:
            assert await warn(shop) == (cards, 10 * cards)
        # The pool is asked by others, too.
        counts.append((len(asked), sum(EACH_STATE in given for given in fetched)))
        clock.move(20 * DAY)
    assert counts[0] == counts[1]
