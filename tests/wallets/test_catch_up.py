"""The hourly run: every pass that is out of date, and a report of the failures."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

import asyncpg
import pytest

from backend.core.clock import clock
from backend.operations.task_runs.actions import Progress
from backend.wallets import due
from backend.wallets import sync as syncing
from backend.wallets.catch_up import PAUSED_TRIES, ProviderStopped, catch_up
from backend.wallets.due import SyncScope
from backend.wallets.ports import CardSnapshot, Misconfigured, Paused, Permanent, Transient
from backend.wallets.snapshot import snapshot_of
from tests.doubles.phone import Phones
from tests.wallets.conftest import OpenWalletApart, Wallet
from tests.world.till import Card

BUSY = Transient("503", "Busy.")
AWAY = Paused("breaker_open", "Away.", 30)


class Pauses:
    """Pauses without waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        clock.move(timedelta(seconds=seconds))


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


async def behind(wallet: Wallet, count: int) -> list[Card]:
    """Cards with a booking since the last push."""
    cards = [await wallet.a_card() for _ in range(count)]
    for card in cards:
        clock.move(timedelta(seconds=1))
        await wallet.shop.anna.earn(card, cents=100)
    return cards


async def run(wallet: Wallet, pauses: Pauses, **scope: Any) -> Progress:
    progress = Progress()
    await catch_up(wallet.sync, SyncScope(wallet.shop.merchant_id, **scope), progress, pause=pauses)
    return progress


async def test_all_that_is_behind_is_brought_up_to_date(wallet: Wallet, phones: Phones, pauses: Pauses) -> None:
    cards = await behind(wallet, 3)
    await wallet.a_card()
    progress = await run(wallet, pauses)
    assert (progress.total, progress.done, dict(progress.counts)) == (3, 3, {"processed": 3, "synced": 3})
    assert [phones.points(card["id"]) for card in cards] == [1, 1, 1]
    assert dict((await run(wallet, pauses)).counts) == {}


async def test_the_oldest_come_first(
    wallet: Wallet, phones: Phones, pauses: Pauses, monkeypatch: pytest.MonkeyPatch, superuser: asyncpg.Connection
) -> None:
    monkeypatch.setattr(due, "CHUNK", 2)
    cards = await behind(wallet, 5)
    for waited, card in enumerate(cards):
        await superuser.execute(
            "UPDATE wallet_links SET waiting_since = $2 WHERE card_id = $1",
            UUID(card["id"]), clock.now() - timedelta(hours=waited),
        )  # fmt: skip
    phones.pushed.clear()
    progress = await run(wallet, pauses)
    assert progress.counts["synced"] == 5
    order = [str(pushed.card_id) for pushed in phones.pushed]
    oldest_first = [card["id"] for card in reversed(cards)]
    assert [set(order[:2]), set(order[2:4]), order[4]] == [
        set(oldest_first[:2]),
        set(oldest_first[2:4]),
        oldest_first[4],
    ]


async def test_four_attempts_each_and_then_the_reason(wallet: Wallet, phones: Phones, pauses: Pauses) -> None:
    (card,) = await behind(wallet, 1)
    phones.fails = [BUSY] * 4
    progress = await run(wallet, pauses)
    assert len(pauses.seconds) == 3
    for told, meant in zip(pauses.seconds, (1, 4, 16), strict=True):
        assert 0.8 * meant <= told <= 1.2 * meant
    assert progress.failures == {card["id"]: "google: 503: Busy."}
    assert dict(progress.counts) == {"processed": 1, "failed": 1}
    assert (await run(wallet, pauses)).counts["synced"] == 1


@pytest.mark.parametrize("kind", [Permanent, Transient, Misconfigured])
async def test_a_providers_words_are_kept_without_the_address_they_quote(
    wallet: Wallet, phones: Phones, pauses: Pauses, kind: type[Permanent | Transient | Misconfigured]
) -> None:
    (card,) = await behind(wallet, 1)
    phones.fails = [kind("400", f"Not a valid URI: {card['page_url']}")] * 4
    progress, told = Progress(), ""
    try:
        await catch_up(wallet.sync, SyncScope(wallet.shop.merchant_id), progress, pause=pauses)
    except ProviderStopped as stopped:
        told = str(stopped)
    kept = f"{(await wallet.link(card))['last_error']} {progress.failures} {told}"
    assert kept.count("Not a valid URI: http://orion.test/c/…") == 2
    assert card["page_url"].rpartition("/")[2] not in kept


async def test_one_bad_card_never_stops_the_others(wallet: Wallet, phones: Phones, pauses: Pauses) -> None:
    await behind(wallet, 4)
    phones.fails = [Permanent("400", "The color is no color."), ZeroDivisionError()]
    progress = await run(wallet, pauses)
    assert (progress.counts["synced"], progress.counts["failed"]) == (3, 1)
    assert list(progress.failures.values()) == ["google: 400: The color is no color."]


async def test_one_bad_merchant_never_stops_the_others(
    open_wallet_apart: OpenWalletApart, phones: Phones, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = await open_wallet_apart(), await open_wallet_apart()
    (refused,) = await behind(bad, 1)
    phones.fails = [Permanent("class_refused", "The program has no logo.")]
    await bad.update(refused)
    cards = await behind(bad, 1) + await behind(good, 1)

    def snapshot_of_good_ones(*told: Any) -> CardSnapshot:
        snapshot = snapshot_of(*told)
        if snapshot.program.merchant_id == bad.shop.merchant_id:
            raise ZoneInfoNotFoundError
        return snapshot

    monkeypatch.setattr(syncing, "snapshot_of", snapshot_of_good_ones)
    progress = Progress()
    await catch_up(good.sync, SyncScope(), progress, pause=pauses)
    assert [phones.points(card["id"]) for card in cards] == [0, 1]
    told = "google: internal: ZoneInfoNotFoundError"
    assert progress.failures == {refused["id"]: told, cards[0]["id"]: told}


async def test_a_provider_that_refuses_us_is_the_runs_error_and_no_cards_fault(
    wallet: Wallet, phones: Phones, pauses: Pauses
) -> None:
    cards = await behind(wallet, 20)
    phones.fails = [Misconfigured("403", "Not a user of the issuer.")] * 100
    progress = Progress()
    with pytest.raises(ProviderStopped, match="google: 403: Not a user of the issuer"):
        await catch_up(wallet.sync, SyncScope(wallet.shop.merchant_id), progress, pause=pauses)
    assert (progress.failures, progress.counts["postponed"]) == ({}, 20)
    assert len(phones.fails) >= 80, "after the first refusals nobody else is asked about"
    assert {(await wallet.link(card))["status"] for card in cards} == {"active"}


async def test_a_card_that_is_to_wait_for_an_hour_keeps_no_other_waiting(
    wallet: Wallet, phones: Phones, pauses: Pauses
) -> None:
    cards = await behind(wallet, 2)
    phones.fails = [Transient("503", "Maintenance.", 3600)]
    progress = await run(wallet, pauses)
    assert (pauses.seconds, progress.counts["postponed"], progress.counts["synced"]) == ([], 1, 1)
    clock.move(timedelta(hours=1))
    await run(wallet, pauses)
    assert [phones.points(card["id"]) for card in cards] == [1, 1]


async def test_a_provider_that_comes_back_soon_is_waited_for(wallet: Wallet, phones: Phones, pauses: Pauses) -> None:
    await behind(wallet, 1)
    phones.fails = [AWAY, AWAY]
    assert (await run(wallet, pauses)).counts["synced"] == 1
    assert pauses.seconds == [30, 30]


async def test_a_provider_that_stays_away_is_not_asked_about_every_card(
    wallet: Wallet, phones: Phones, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "CHUNK", 2)
    await behind(wallet, 6)
    phones.fails = [AWAY] * 100
    progress = await run(wallet, pauses)
    assert (progress.failures, progress.counts["postponed"]) == ({}, 6)
    asked = 100 - len(phones.fails)
    assert asked < 6 * PAUSED_TRIES / 2


async def test_what_somebody_else_is_on_is_left_to_them(
    wallet: Wallet, phones: Phones, pauses: Pauses, superuser: asyncpg.Connection
) -> None:
    first, second = await behind(wallet, 2)
    await superuser.execute(
        "UPDATE wallet_links SET lease_token = gen_random_uuid(), lease_until = $2 WHERE card_id = $1",
        UUID(first["id"]), clock.now() + timedelta(seconds=30),
    )  # fmt: skip
    assert dict((await run(wallet, pauses)).counts) == {"processed": 1, "synced": 1}
    assert (phones.points(first["id"]), phones.points(second["id"])) == (0, 1)


async def test_a_row_that_is_locked_is_skipped_not_waited_for(
    wallet: Wallet, pauses: Pauses, superuser: asyncpg.Connection
) -> None:
    first, _ = await behind(wallet, 2)
    async with superuser.transaction():
        await superuser.execute("SELECT FROM wallet_links WHERE card_id = $1 FOR UPDATE", UUID(first["id"]))
        assert (await run(wallet, pauses)).counts["synced"] == 1


async def test_a_run_over_what_failed_leaves_the_rest_alone(wallet: Wallet, phones: Phones, pauses: Pauses) -> None:
    bad, tired, _ = await behind(wallet, 3)
    phones.fails = [Permanent("400", "No.")]
    await wallet.update(bad)
    phones.fails = [BUSY] * 4
    for _ in range(4):
        clock.move(timedelta(seconds=20))
        await wallet.update(tired)
    progress = await run(wallet, pauses, only_failed=True)
    assert dict(progress.counts) == {"processed": 2, "synced": 2}
    assert (phones.points(bad["id"]), phones.points(tired["id"])) == (1, 1)


async def test_a_run_over_the_failures_of_an_earlier_one_leaves_the_rest_alone(
    wallet: Wallet, phones: Phones, pauses: Pauses
) -> None:
    bad, tired, _ = await behind(wallet, 3)
    phones.fails = [Permanent("400", "No.")]
    await wallet.update(bad)
    card_ids = (UUID(bad["id"]), UUID(tired["id"]))
    assert dict((await run(wallet, pauses, card_ids=card_ids)).counts) == {"processed": 2, "synced": 2}
    assert (phones.points(bad["id"]), phones.points(tired["id"])) == (1, 1)
    assert dict((await run(wallet, pauses, card_ids=card_ids)).counts) == {}, "what is right already is not sent"
    assert dict((await run(wallet, pauses, card_ids=())).counts) == {}, "of no failures none are run again"


async def test_one_card_is_sent_although_it_is_up_to_date(wallet: Wallet, phones: Phones, pauses: Pauses) -> None:
    card = await wallet.a_card(points=3)
    phones.shown.clear()
    assert dict((await run(wallet, pauses, card_id=UUID(card["id"]))).counts) == {"processed": 1, "synced": 1}
    assert phones.points(card["id"]) == 3


async def test_a_run_over_everything_finds_every_merchants_passes(
    open_wallet_apart: OpenWalletApart, phones: Phones, pauses: Pauses
) -> None:
    cards = []
    for wallet in (await open_wallet_apart(), await open_wallet_apart()):
        cards += await behind(wallet, 1)
    await catch_up(wallet.sync, SyncScope(), Progress(), pause=pauses)
    assert [phones.points(card["id"]) for card in cards] == [1, 1]


async def test_a_provider_with_a_slow_lane_is_used_slowly(
    wallet: Wallet, phones: Phones, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Phones()
    monkeypatch.setattr(phones, "in_bulk", lambda: slow, raising=False)
    (card,) = await behind(wallet, 1)
    await run(wallet, pauses)
    assert slow.points(card["id"]) == 1
    assert phones.points(card["id"]) == 0
