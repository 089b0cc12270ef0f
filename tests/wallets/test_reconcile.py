"""The nightly comparison of what Google shows with what it was sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.core.clock import clock
from backend.dev.sandbox.google.account import ISSUER_ID
from backend.operations.task_runs.actions import queue_run
from backend.operations.task_runs.models import TaskRun
from backend.operations.wallets.tasks import queue_sync, reconcile_google, sync_passes
from backend.wallets.due import SyncScope
from backend.wallets.google.names import class_id
from backend.wallets.google.provider import GoogleProvider
from backend.wallets.ports import CardSnapshot
from backend.wallets.reconcile import RECONCILE
from tests.wallets.conftest import GoogleTown
from tests.world.caller import new_key
from workers.jobs.task_runs import run_requested
from workers.jobs.wallets import reconcile_google_passes


async def reconciled(town: GoogleTown) -> TaskRun:
    assert town.services.google is not None
    return await reconcile_google(town.services.wallet_sync, town.services.google)


async def test_the_night_does_it_and_so_does_a_worker_for_a_person_who_asks(google_town: GoogleTown) -> None:
    services, card = google_town.services, await google_town.a_card(points=7)
    for asked in (False, True):
        google_town.at_google(card)["loyaltyPoints"]["balance"] = {"int": 6}
        if asked:
            await run_requested({"services": services}, str((await queue_run(services.sessions, RECONCILE)).id))
        else:
            await reconcile_google_passes({"services": services})
        await sync_passes(services.wallet_sync, await queue_sync(services.wallet_sync, SyncScope()))
        assert google_town.at_google(card)["loyaltyPoints"]["balance"]["int"] == 7
    async with services.sessions.committing() as session:
        runs = await session.scalars(select(TaskRun).where(TaskRun.name == RECONCILE))
    assert [(run.counts["compared"], run.counts["wrong"]) for run in runs] == [(1, 1), (1, 1)]


async def test_a_pass_that_shows_something_else_is_sent_again(google_town: GoogleTown) -> None:
    """A request that Google processed after our timeout."""
    right, wrong = await google_town.a_card(points=5), await google_town.a_card(points=7)
    google_town.at_google(wrong)["loyaltyPoints"]["balance"] = {"int": 6}
    run = await reconciled(google_town)
    assert (run.counts, run.error) == ({"compared": 2, "wrong": 1}, None)
    await sync_passes(google_town.services.wallet_sync, await queue_sync(google_town.services.wallet_sync, SyncScope()))
    assert [google_town.at_google(card)["loyaltyPoints"]["balance"]["int"] for card in (right, wrong)] == [5, 7]
    assert (await reconciled(google_town)).counts == {"compared": 2, "wrong": 0}


async def test_what_all_passes_share_is_compared_too(google_town: GoogleTown) -> None:
    """An older color that arrived after the newer one and is shown on every card."""
    await google_town.a_card()
    name = class_id(ISSUER_ID, google_town.shop.program_id)
    shown = google_town.google.fake.passes.get("loyaltyClass", name).body
    meant = shown["hexBackgroundColor"]
    assert (await reconciled(google_town)).counts == {"compared": 1, "wrong": 0}
    shown["hexBackgroundColor"] = "#ff00ff"
    assert (await reconciled(google_town)).counts == {"compared": 1, "wrong": 1}
    assert google_town.google.fake.passes.get("loyaltyClass", name).body["hexBackgroundColor"] == meant
    assert (await reconciled(google_town)).counts == {"compared": 1, "wrong": 0}


@pytest.mark.parametrize("why", ["erased", "given new links"])
async def test_what_ended_and_is_back_at_google_is_ended_again(google_town: GoogleTown, why: str) -> None:
    """By an earlier request that Google processed later."""
    shop, sync = google_town.shop, google_town.services.wallet_sync
    card = await google_town.a_card(first_name="Marie")
    before = dict(google_town.at_google(card))
    if why == "erased":
        await shop.erase(card)
    else:
        await shop.anna.post(f"/store/loyalty/cards/{card['id']}/links", {}, key=new_key())
    await sync_passes(sync, await queue_sync(sync, SyncScope()))
    ended = dict(google_town.at_google(card))
    assert (ended["state"], "accountName" in ended) == ("INACTIVE", False)
    assert (await reconciled(google_town)).counts["wrong"] == 0
    google_town.at_google(card).update(before)
    assert (await reconciled(google_town)).counts["wrong"] == 1
    assert google_town.at_google(card) == ended
    assert (await reconciled(google_town)).counts["wrong"] == 0


async def test_a_pass_that_is_on_its_way_is_not_compared(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    await google_town.shop.anna.earn(card, cents=100)
    assert (await reconciled(google_town)).counts == {"compared": 0, "wrong": 0}


async def test_points_that_expired_since_make_their_pass_due(google_town: GoogleTown) -> None:
    await google_town.shop.publish(expiry_kind="rolling", expiry_days=1)
    card = await google_town.a_card(points=5)
    clock.move(timedelta(days=3))
    assert (await reconciled(google_town)).counts == {"compared": 1, "wrong": 1}
    await sync_passes(google_town.services.wallet_sync, await queue_sync(google_town.services.wallet_sync, SyncScope()))
    assert google_town.at_google(card)["loyaltyPoints"]["balance"] == {"int": 0}


async def test_a_pass_in_somebodys_wallet_is_known_to_be_there(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    google_town.at_google(card)["hasUsers"] = True
    await reconciled(google_town)
    saved = "SELECT saved_by_user FROM wallet_links WHERE card_id = $1"
    assert await google_town.town.superuser.fetchval(saved, UUID(card["id"])) is True


async def test_a_pass_with_a_code_that_was_replaced_is_sent_again(google_town: GoogleTown) -> None:
    """A late update from before the card was replaced. With its code the holder would be refused at the till."""
    card = await google_town.a_card(points=5)
    right = dict(google_town.at_google(card))
    google_town.at_google(card)["barcode"] = {"type": "QR_CODE", "value": "BCDFGHKLMNPRSTVX", "alternateText": "old"}
    assert (await reconciled(google_town)).counts == {"compared": 1, "wrong": 1}
    await sync_passes(google_town.services.wallet_sync, await queue_sync(google_town.services.wallet_sync, SyncScope()))
    assert google_town.at_google(card)["barcode"] == right["barcode"]


@pytest.mark.parametrize("key", ["heroImage", "textModulesData"])
async def test_a_pass_with_old_pictures_or_texts_is_sent_again(google_town: GoogleTown, key: str) -> None:
    card = await google_town.a_card(stamps=3)
    right = google_town.at_google(card).pop(key)
    assert (await reconciled(google_town)).counts == {"compared": 1, "wrong": 1}
    await sync_passes(google_town.services.wallet_sync, await queue_sync(google_town.services.wallet_sync, SyncScope()))
    assert google_town.at_google(card)[key] == right
    assert (await reconciled(google_town)).counts == {"compared": 1, "wrong": 0}


async def test_one_bad_merchant_does_not_end_the_night_for_the_others(google_town: GoogleTown) -> None:
    await google_town.a_card()
    other = await google_town.town.open_shop()
    theirs = replace(google_town, shop=other)
    await theirs.a_card()
    passes = google_town.google.fake.passes
    passes.forget("loyaltyClass", class_id(passes.issuer_id, google_town.shop.program_id))
    run = await reconciled(google_town)
    assert (run.counts, run.error) == ({"compared": 1, "wrong": 0, "failed": 1}, None)
    assert list(run.failures) == [str(google_town.shop.merchant_id)]
    nowhere = "UPDATE merchants SET timezone = 'Mars/Olympus' WHERE id = $1"
    await google_town.town.superuser.execute(nowhere, google_town.shop.merchant_id)
    run = await reconciled(google_town)
    assert run.counts == {"compared": 1, "wrong": 0, "failed": 1}
    assert run.failures == {str(google_town.shop.merchant_id): "internal: DBAPIError"}


async def test_a_card_that_cannot_be_compared_is_a_failure_of_its_own(
    google_town: GoogleTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, _ = await google_town.a_card(), await google_town.a_card()

    def payload(card: CardSnapshot) -> dict[str, Any]:
        if str(card.card_id) == bad["id"]:
            raise ZeroDivisionError
        return GoogleProvider.payload(wallet, card)

    assert google_town.services.google is not None
    wallet = google_town.services.google.wallet
    monkeypatch.setattr(wallet, "payload", payload)
    run = await reconciled(google_town)
    assert (run.counts, run.failures) == (
        {"compared": 2, "wrong": 0, "failed": 1},
        {bad["id"]: "internal: ZeroDivisionError"},
    )


async def test_a_google_that_does_not_list_its_passes_is_told(google_town: GoogleTown) -> None:
    await google_town.a_card()
    google_town.google.fake.faults.is_out = True
    run = await reconciled(google_town)
    assert list(run.failures) == [str(google_town.shop.merchant_id)]
    assert run.counts == {"compared": 0, "wrong": 0, "failed": 1}
    for _ in range(5):
        run = await reconciled(google_town)
    assert run.error is not None, "nobody is asked any more"
    assert run.failures == {}
