"""The runs of expiry and of its warnings, and how what has failed is done again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.ledger.tasks import warn as warning
from backend.operations.ledger.local_hours import UNTIL, find_due
from backend.operations.ledger.points import EXPIRY, WARNING
from backend.operations.task_runs.models import CARD_IDS, RETRY_OF, ZONES, TaskRun
from backend.operations.task_runs.problems import NothingFailed, TaskRunNotFound
from backend.services import Services
from tests.conftest import OpenShop
from tests.world.caller import Json, refused
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller

DAY = timedelta(days=1)
ROLLING = {"expiry_kind": "rolling", "expiry_days": 30}
BALANCE = "UPDATE cards SET points_balance = $2 WHERE id = $1"
TAKEN = """
SELECT a.lot_id, a.amount AS points FROM allocations a JOIN transactions t ON t.id = a.transaction_id
WHERE t.card_id = $1 AND t.kind = 'expired' ORDER BY a.lot_id
"""
GIVEN = """
SELECT from_lot_id AS lot_id, original AS points FROM lots
WHERE card_id = $1 AND from_lot_id IS NOT NULL ORDER BY from_lot_id
"""
LINES = "SELECT card_id, count(*) FROM transactions WHERE merchant_id = $1 AND kind = 'expired' GROUP BY card_id"


async def test_a_retry_does_exactly_the_cards_that_failed(
    opened: OpenShop, services: Services, superuser: asyncpg.Connection
) -> None:
    """A card that is due and was not there at the run waits for the next night."""
    shop = await opened(terms=ROLLING)
    cards = [UUID((await shop.a_card(points=10))["id"]) for _ in range(4)]
    clock.move(32 * DAY)
    for bad in cards[:2]:
        await superuser.execute(BALANCE, bad, 3)
    night = await EXPIRY.run(services.ledger, services.sessions, shop.merchant_id)
    assert (night.counts["processed"], set(night.failures)) == (2, set(map(str, cards[:2])))
    await superuser.execute(BALANCE, cards[0], 10)
    later = UUID((await shop.a_card(points=10))["id"])
    clock.move(32 * DAY)
    retry = await EXPIRY.retry_failed(services.ledger, services.sessions, night)
    assert retry.counts == {"processed": 1, "expired_points": 10, "failed": 1}
    assert set(retry.failures) == {str(cards[1])}
    assert retry.merchant_id == shop.merchant_id
    assert retry.arguments == {RETRY_OF: str(night.id), CARD_IDS: list(night.failures)}
    assert later not in {row["card_id"] for row in await superuser.fetch(LINES, shop.merchant_id)}
    await superuser.execute(BALANCE, cards[1], 10)
    again = await EXPIRY.retry_failed(services.ledger, services.sessions, retry)
    assert (again.counts["processed"], again.failures) == (1, {})
    for run in (again, await a_run_of_warnings(services, shop)):
        with pytest.raises(NothingFailed if run is again else TaskRunNotFound):
            await EXPIRY.retry_failed(services.ledger, services.sessions, run)


async def a_run_of_warnings(services: Services, shop: Shop) -> TaskRun:
    return await WARNING.run(services.ledger, services.sessions, shop.merchant_id)


async def test_a_retry_over_several_merchants_is_nobodys_night(
    opened: OpenShop, services: Services, superuser: asyncpg.Connection
) -> None:
    """What has failed tonight is known by card, whosever it is; the retry says in which zones."""
    shops = [await opened(terms=ROLLING, timezone=zone) for zone in ("Asia/Tokyo", "Europe/Luxembourg")]
    bad = [UUID((await shop.a_card(points=10))["id"]) for shop in shops]
    clock.move(40 * DAY)
    for card in bad:
        await superuser.execute(BALANCE, card, 3)
    night = await EXPIRY.run_due(services.ledger, services.sessions)
    assert night is not None
    assert set(map(str, bad)) <= set(night.failures)
    for card in bad:
        await superuser.execute(BALANCE, card, 10)
    clock.move(DAY)
    retry = await EXPIRY.retry_failed(services.ledger, services.sessions, night)
    assert not set(map(str, bad)) & set(retry.failures)
    assert retry.merchant_id is None
    assert set(retry.arguments) == {RETRY_OF, CARD_IDS, ZONES}
    due = await find_due(services.sessions, EXPIRY.name, EXPIRY.hour, clock.now())
    assert {shop.merchant_id for shop in shops} <= set(due.merchants)
    assert {"Asia/Tokyo", "Europe/Luxembourg"} <= set(due.zones)
    assert UNTIL in night.arguments
    assert night.arguments[ZONES] == retry.arguments[ZONES]


async def test_holders_whose_warning_failed_are_warned_by_a_retry(
    opened: OpenShop, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await opened(terms=ROLLING)
    cards = [await shop.a_card(points=10) for _ in range(2)]
    clock.move(20 * DAY)
    with monkeypatch.context() as patch:
        patch.setattr(warning, "find_ending", failing_for(cards[1], warning.find_ending))
        run = await a_run_of_warnings(services, shop)
    assert list(run.failures) == [cards[1]["id"]]
    retry = await WARNING.retry_failed(services.ledger, services.sessions, run)
    assert (retry.counts["processed"], retry.failures) == (1, {})
    assert (await a_run_of_warnings(services, shop)).counts["processed"] == 0


def failing_for(card: Json, find: Callable[..., Any]) -> Callable[..., Any]:
    def failing(card_id: UUID, *given: Any) -> Any:
        if str(card_id) == card["id"]:
            raise RuntimeError
        return find(card_id, *given)

    return failing


async def test_what_is_given_back_is_exactly_what_the_night_and_its_retry_have_taken(
    opened: OpenShop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    """Lot by lot: what was spent before stays spent, what lives on is not touched, and nothing comes back twice."""
    paul, shop = await hire_admin(services, anonymous, "Paul Klein"), await opened(terms=ROLLING)
    card = await shop.a_card(points=150)
    clock.move(DAY)
    await shop.anna.earn(card, cents=4000)
    await shop.anna.redeem(card, shop.rewards[100])
    clock.move(20 * DAY)
    await shop.anna.earn(card, cents=700)
    clock.move(12 * DAY)
    await superuser.execute(BALANCE, UUID(card["id"]), 3)
    night = await EXPIRY.run(services.ledger, services.sessions, shop.merchant_id)
    assert list(night.failures) == [card["id"]]
    await superuser.execute(BALANCE, UUID(card["id"]), 97)
    retry = await EXPIRY.retry_failed(services.ledger, services.sessions, night)
    assert retry.counts["expired_points"] == 90
    with refused("restore_exceeds_expired", 409):
        await paul.restore(card, 91)
    restored = await paul.restore(card, 90)
    assert restored["card"]["points_balance"] == 97
    taken, given = [await superuser.fetch(moved, UUID(card["id"])) for moved in (TAKEN, GIVEN)]
    assert taken == given
    assert [row["points"] for row in taken] == [50, 40]
    with refused("restore_exceeds_expired", 409):
        await paul.restore(card, 1)
