"""What all passes of a program share is sent to Google once, and again when Google has refused it."""

from typing import Any
from uuid import UUID

import pytest

from backend.core.outbound import breaker
from backend.dev.sandbox.google.account import ISSUER_ID
from backend.dev.sandbox.google.resources import Resource
from backend.loyalty.programs.models import Program
from backend.operations.task_runs.models import TaskRun
from backend.operations.wallets.tasks import queue_sync, sync_passes
from backend.wallets.due import SyncScope
from backend.wallets.google.names import class_id
from backend.wallets.ports import LinkKey
from backend.wallets.refresh import bump_all_pass_versions
from tests.wallets.conftest import GoogleTown
from tests.world.redis_commands import ask_redis
from tests.world.till import Card


async def hourly_run(town: GoogleTown) -> TaskRun:
    sync = town.services.wallet_sync
    return await sync_passes(sync, await queue_sync(sync, SyncScope()))


async def changed(town: GoogleTown, **values: Any) -> None:
    """An owner changes the program, and every pass is out of date."""
    await town.shop.change(Program, **values)
    await bump_all_pass_versions(town.services.sessions, town.shop.merchant_id)


def program_at_google(town: GoogleTown) -> Resource:
    return town.google.fake.passes.get("loyaltyClass", class_id(ISSUER_ID, town.shop.program_id))


def calls(town: GoogleTown) -> int:
    return len(town.google.fake.faults.asked_at)


async def status(town: GoogleTown, card: Card) -> tuple[str, str | None]:
    row = await town.town.superuser.fetchrow(
        "SELECT status, last_error_code FROM wallet_links WHERE card_id = $1", UUID(card["id"])
    )
    return row["status"], row["last_error_code"]


def balance(town: GoogleTown, card: Card) -> int:
    return int(town.at_google(card)["loyaltyPoints"]["balance"]["int"])


async def test_a_new_color_is_one_call_for_ten_cards(google_town: GoogleTown) -> None:
    """Not one call per card: ten thousand would take ten minutes at eighteen a second."""
    await google_town.shop.change(Program, type="points")
    cards = [await google_town.a_card(points=1) for _ in range(10)]
    before = calls(google_town)
    await changed(google_town, card_color="#112233")
    run = await hourly_run(google_town)
    assert (run.counts["synced"], calls(google_town) - before) == (10, 1)
    assert program_at_google(google_town).body["hexBackgroundColor"] == "#112233"
    before = calls(google_town)
    assert ((await hourly_run(google_town)).counts["processed"], calls(google_town) - before) == (0, 0)
    await google_town.shop.anna.earn(cards[0], cents=100)
    await hourly_run(google_town)
    assert balance(google_town, cards[0]) == 2


async def test_stamps_are_drawn_in_the_programs_color_so_each_card_gets_its_new_picture(
    google_town: GoogleTown,
) -> None:
    card = await google_town.a_card()
    before = google_town.at_google(card)["heroImage"]["sourceUri"]["uri"]
    await changed(google_town, card_color="#112233")
    await hourly_run(google_town)
    assert "112233" in google_town.at_google(card)["heroImage"]["sourceUri"]["uri"]
    assert before != google_town.at_google(card)["heroImage"]["sourceUri"]["uri"]


async def test_new_terms_are_no_change_of_any_card(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    before = google_town.at_google(card)
    await changed(google_town, terms_text={"en": "No cash for points."})
    assert (await hourly_run(google_town)).counts["synced"] == 1
    modules = {module["id"]: module for module in program_at_google(google_town).body["textModulesData"]}
    assert modules["terms"]["localizedBody"]["defaultValue"]["value"] == "No cash for points."
    assert google_town.at_google(card) is before, "not even patched with the same"


async def test_a_program_that_could_not_be_told_keeps_its_cards_due(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    await changed(google_town, terms_text={"en": "No cash for points."})
    google_town.google.fake.faults.next.append("503")
    assert google_town.services.google is not None
    sync = google_town.services.wallet_sync
    key: LinkKey = (google_town.shop.merchant_id, UUID(card["id"]), "google")
    first = await sync.sync_card(*key)
    assert (first.kind, program_at_google(google_town).version) == ("retry", 1)
    await google_town.town.superuser.execute("UPDATE wallet_links SET next_attempt_at = NULL")
    assert ((await sync.sync_card(*key)).kind, program_at_google(google_town).version) == ("synced", 2)


async def test_a_rejected_program_heals_with_all_its_cards_when_google_takes_it(google_town: GoogleTown) -> None:
    """Nothing has changed on our side, and no operator has acted."""
    cards = [await google_town.a_card(points=1) for _ in range(3)]
    name = program_at_google(google_town).body["programName"]
    google_town.google.fake.passes.rejected_names.add(name)
    for card in cards:
        await google_town.shop.anna.earn(card, cents=100)
    await changed(google_town, terms_text={"en": "Anything goes."})
    assert (await hourly_run(google_town)).counts["failed"] == 3
    assert {await status(google_town, card) for card in cards} == {("failed", "class_rejected")}
    before = calls(google_town)
    assert (await hourly_run(google_town)).counts["processed"] == 0
    assert calls(google_town) - before == 1
    google_town.google.fake.passes.rejected_names.clear()
    assert (await hourly_run(google_town)).counts["synced"] == 3
    assert [balance(google_town, card) for card in cards] == [2, 2, 2]


async def test_a_corrected_program_heals_its_cards(google_town: GoogleTown) -> None:
    card = await google_town.a_card(points=1)
    google_town.google.fake.passes.rejected_names.add("Rude Card")
    await changed(google_town, card_name="Rude Card")
    assert (await hourly_run(google_town)).counts["failed"] == 1
    await changed(google_town, card_name="Polite Card")
    assert (await hourly_run(google_town)).counts["synced"] == 1
    assert await status(google_town, card) == ("active", None)
    assert program_at_google(google_town).body["programName"] == "Polite Card"


async def test_permissions_that_were_mended_at_google_need_no_word_here(
    google_town: GoogleTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator removes the service account from the issuer's users, and adds it again."""
    google = google_town.google.fake
    monkeypatch.setattr(breaker, "PROBE_SECONDS", 0.3)
    cards = [await google_town.a_card(points=1) for _ in range(5)]
    for card in cards:
        await google_town.shop.anna.earn(card, cents=100)
    google.faults.is_forbidden = True
    assert (await hourly_run(google_town)).counts["postponed"] == 5
    before = calls(google_town)
    assert (await hourly_run(google_town)).counts["postponed"] == 5
    assert calls(google_town) == before, "not asked again so soon"
    await stop_is_over(google_town)
    assert (await hourly_run(google_town)).counts["postponed"] == 5
    assert calls(google_town) - before == 1, "one call tries for all"
    google.faults.is_forbidden = False
    await stop_is_over(google_town)
    run = await hourly_run(google_town)
    assert (run.error, run.counts["synced"]) == (None, 5)
    assert [balance(google_town, card) for card in cards] == [2] * 5


async def stop_is_over(town: GoogleTown) -> None:
    """As ten minutes later."""
    await ask_redis(town.services.redis, "HSET", "breaker:google", "until", 1)
