"""At night, what Google shows is held against what it was told."""

from datetime import timedelta
from uuid import UUID

from backend.core.clock import clock
from backend.loyalty.wallets.due import Scope
from backend.operations.task_runs.models import TaskRun
from backend.operations.wallets.tasks import queue_sync, reconcile_google, sync_passes
from tests.loyalty.wallets.conftest import GoogleTown


async def reconciled(town: GoogleTown) -> TaskRun:
    assert town.services.google is not None
    return await reconcile_google(town.services.wallet_sync, town.services.google)


async def test_a_pass_that_shows_something_else_is_sent_again(google_town: GoogleTown) -> None:
    """A request that Google took after we had stopped waiting for it."""
    right, wrong = await google_town.a_card(points=5), await google_town.a_card(points=7)
    google_town.at_google(wrong)["loyaltyPoints"]["balance"] = {"int": 6}
    run = await reconciled(google_town)
    assert (run.counts, run.error) == ({"compared": 2, "wrong": 1}, None)
    await sync_passes(google_town.services.wallet_sync, await queue_sync(google_town.services.wallet_sync, Scope()))
    assert [google_town.at_google(card)["loyaltyPoints"]["balance"]["int"] for card in (right, wrong)] == [5, 7]
    assert (await reconciled(google_town)).counts == {"compared": 2, "wrong": 0}


async def test_a_pass_that_is_on_its_way_is_not_compared(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    await google_town.shop.anna.earn(card, cents=100)
    assert (await reconciled(google_town)).counts == {"compared": 0, "wrong": 0}


async def test_points_that_expired_since_make_their_pass_due(google_town: GoogleTown) -> None:
    await google_town.shop.publish(expiry_kind="rolling", expiry_days=1)
    card = await google_town.a_card(points=5)
    clock.move(timedelta(days=3))
    assert (await reconciled(google_town)).counts == {"compared": 1, "wrong": 1}
    await sync_passes(google_town.services.wallet_sync, await queue_sync(google_town.services.wallet_sync, Scope()))
    assert google_town.at_google(card)["loyaltyPoints"]["balance"] == {"int": 0}


async def test_a_pass_in_somebodys_wallet_is_known_to_be_there(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    google_town.at_google(card)["hasUsers"] = True
    await reconciled(google_town)
    saved = "SELECT saved_by_user FROM wallet_links WHERE card_id = $1"
    assert await google_town.town.superuser.fetchval(saved, UUID(card["id"])) is True


async def test_a_google_that_does_not_list_its_passes_is_the_runs_error(google_town: GoogleTown) -> None:
    await google_town.a_card()
    google_town.google.fake.faults.is_out = True
    run = await reconciled(google_town)
    assert run.error is not None
    assert run.counts == {"compared": 0, "wrong": 0}
