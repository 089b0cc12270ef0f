"""Passes recover by themselves after refusals, stops and lost leases."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.operations.task_runs.actions import Progress
from backend.wallets import sync as syncing
from backend.wallets.attempts import REFUSED_RETRY
from backend.wallets.catch_up import catch_up
from backend.wallets.due import SyncScope
from backend.wallets.leases import LEASE, take_lease
from backend.wallets.outcomes import AttemptOutcome, OutcomeKind
from backend.wallets.ports import NotifyReason, Permanent, Transient
from backend.wallets.refresh import bump_all_pass_versions
from backend.wallets.wallet_links import bump_pass_versions, mark_changed, reset_attempts
from tests.conftest import OpenShop
from tests.doubles.phone import Phones
from tests.wallets.conftest import OpenWallet, OpenWalletApart, Wallet
from tests.world.till import Card

REFUSED = Permanent("refused", "The name is no name.")
PROGRAM_REFUSED = Permanent("class_refused", "The logo cannot be fetched.")
AN_HOUR = timedelta(hours=1)


@dataclass
class UnderWay:
    """A push that waits for its response, while others do not."""

    task: asyncio.Task[AttemptOutcome]
    may_answer: asyncio.Event

    async def arrives(self) -> AttemptOutcome:
        self.may_answer.set()
        return await self.task


async def held_up(wallet: Wallet, phones: Phones, card: Card) -> UnderWay:
    ours = phones.may_answer = asyncio.Event()
    phones.is_asked.clear()
    task = asyncio.create_task(wallet.update(card))
    await phones.is_asked.wait()
    phones.may_answer = asyncio.Event()
    phones.may_answer.set()
    return UnderWay(task, ours)


async def overtaken(wallet: Wallet, phones: Phones, card: Card) -> UnderWay:
    """A push of one point whose lease has expired, while the card has two points."""
    await wallet.shop.anna.earn(card, cents=100)
    slow = await held_up(wallet, phones, card)
    clock.move(LEASE + timedelta(seconds=1))
    await wallet.shop.anna.earn(card, cents=100)
    return slow


async def told(wallet: Wallet, card: Card) -> None:
    """What the reaction to a booking records."""
    async with wallet.sync.sessions.committing(wallet.shop.merchant_id) as session:
        await mark_changed(session, wallet.shop.merchant_id, UUID(card["id"]), clock.now())


async def refused_card(wallet: Wallet, phones: Phones, refusal: Permanent = REFUSED) -> Card:
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    phones.fails = [refusal]
    assert (await wallet.update(card)).kind is OutcomeKind.FAILED
    return card


async def hourly_run(wallet: Wallet) -> Progress:
    progress = Progress()
    await catch_up(wallet.sync, SyncScope(wallet.shop.merchant_id), progress)
    return progress


async def status(wallet: Wallet, card: Card) -> str:
    return str((await wallet.link(card))["status"])


async def test_a_card_that_was_refused_is_sent_again_when_it_changes(wallet: Wallet, phones: Phones) -> None:
    """A name that Google refuses is corrected."""
    card = await refused_card(wallet, phones)
    await wallet.shop.anna.earn(card, cents=100)
    await told(wallet, card)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert (phones.points(card["id"]), await status(wallet, card)) == (2, "active")


async def test_a_refused_card_is_tried_once_for_each_change_and_not_more(wallet: Wallet, phones: Phones) -> None:
    card = await refused_card(wallet, phones)
    await wallet.shop.anna.earn(card, cents=100)
    await told(wallet, card)
    phones.fails = [REFUSED]
    assert (await wallet.update(card)).kind is OutcomeKind.FAILED
    assert (await wallet.update(card)).kind is OutcomeKind.GONE


async def test_a_new_look_of_the_program_is_another_chance_for_all_its_refused_cards(
    wallet: Wallet, phones: Phones
) -> None:
    cards = [await refused_card(wallet, phones) for _ in range(2)]
    assert await bump_all_pass_versions(wallet.sync.sessions, wallet.shop.merchant_id) == 2
    assert (await hourly_run(wallet)).counts["synced"] == 2
    assert [phones.points(card["id"]) for card in cards] == [1, 1]


async def test_a_refused_card_is_tried_again_a_day_later_and_reported_when_that_fails(
    wallet: Wallet, phones: Phones
) -> None:
    """The cause may have been an image that could not be fetched, or an error of ours that was fixed."""
    card = await refused_card(wallet, phones)
    clock.move(REFUSED_RETRY - AN_HOUR)
    assert dict((await hourly_run(wallet)).counts) == {}
    clock.move(AN_HOUR)
    phones.fails = [REFUSED]
    assert (await hourly_run(wallet)).failures == {card["id"]: "google: refused: The name is no name."}
    assert dict((await hourly_run(wallet)).counts) == {}
    clock.move(REFUSED_RETRY)
    assert (await hourly_run(wallet)).counts["synced"] == 1
    assert (phones.points(card["id"]), await status(wallet, card)) == (1, "active")


async def test_a_refusal_of_what_a_card_was_is_none_of_what_it_is(wallet: Wallet, phones: Phones) -> None:
    """The correction is booked during the push of the mistake, and no other job will push it."""
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    phones.fails = [REFUSED]
    first = await held_up(wallet, phones, card)
    await wallet.shop.anna.earn(card, cents=100)
    await told(wallet, card)
    result = await first.arrives()
    assert (result.kind, result.retry_in) == (OutcomeKind.RETRY, 0)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert phones.points(card["id"]) == 2


async def test_a_refused_program_is_asked_about_once_an_hour_and_its_cards_heal_with_it(
    wallet: Wallet, phones: Phones
) -> None:
    cards = [await refused_card(wallet, phones, PROGRAM_REFUSED) for _ in range(3)]
    pushed = len(phones.pushed)
    phones.refuses_program = [PROGRAM_REFUSED]
    assert dict((await hourly_run(wallet)).counts) == {}
    assert len(phones.pushed) == pushed, "one question about the program, none about its cards"
    assert (await hourly_run(wallet)).counts["synced"] == 3
    assert [phones.points(card["id"]) for card in cards] == [1, 1, 1]


async def test_the_cards_of_a_refused_program_are_never_tried_one_by_one(wallet: Wallet, phones: Phones) -> None:
    """Ten thousand cards would send the same program ten thousand times a day."""
    for _ in range(2):
        await refused_card(wallet, phones, PROGRAM_REFUSED)
    phones.refuses_program = [PROGRAM_REFUSED]
    clock.move(2 * REFUSED_RETRY)
    assert dict((await hourly_run(wallet)).counts) == {}


async def test_cards_refused_for_their_own_sake_do_not_heal_with_the_program(wallet: Wallet, phones: Phones) -> None:
    card = await refused_card(wallet, phones)
    assert dict((await hourly_run(wallet)).counts) == {}
    assert (phones.programs, await status(wallet, card)) == ([], "failed")


@pytest.mark.parametrize("fault", [Transient("503", "Busy."), ZeroDivisionError()])
async def test_a_program_that_cannot_be_asked_about_stops_nobody_elses_passes(
    open_wallet_apart: OpenWalletApart, phones: Phones, fault: Exception
) -> None:
    bad, good = await open_wallet_apart(), await open_wallet_apart()
    await refused_card(bad, phones, PROGRAM_REFUSED)
    card = await good.a_card()
    await good.shop.anna.earn(card, cents=100)
    phones.refuses_program = [fault]
    await catch_up(good.sync, SyncScope(), Progress())
    assert phones.points(card["id"]) == 1


async def test_a_phone_that_registers_while_the_others_are_told_is_told_too(wallet: Wallet, phones: Phones) -> None:
    """It has fetched the pass before the change, and would show that state without a push of its own."""
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    first = await held_up(wallet, phones, card)
    async with wallet.sync.sessions.committing(wallet.shop.merchant_id) as session:
        await reset_attempts(session, (wallet.shop.merchant_id, UUID(card["id"]), "google"))
        await bump_pass_versions(session, wallet.shop.merchant_id, [UUID(card["id"])])
    assert (await first.arrives()).kind is OutcomeKind.MOVED
    pushed = len(phones.pushed)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert len(phones.pushed) == pushed + 1


async def test_a_push_that_arrives_after_a_later_one_is_put_right(wallet: Wallet, phones: Phones) -> None:
    """A worker stops for a minute during its request, while another one pushes the newer state."""
    card = await wallet.a_card()
    slow = await overtaken(wallet, phones, card)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert phones.points(card["id"]) == 2
    result = await slow.arrives()
    assert phones.points(card["id"]) == 1, "the phone shows the past"
    assert (result.kind, result.retry_in) == (OutcomeKind.BUSY, 2.0)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert phones.points(card["id"]) == 2


async def test_two_pushes_under_way_at_once_are_followed_by_a_third_alone(wallet: Wallet, phones: Phones) -> None:
    """The second begins after the first lease has expired. It is unknown which arrives last, so neither counts."""
    card = await wallet.a_card()
    slow = await overtaken(wallet, phones, card)
    second = await held_up(wallet, phones, card)
    assert [(await slow.arrives()).kind, (await second.arrives()).kind] == [OutcomeKind.BUSY, OutcomeKind.BUSY]
    assert (await wallet.update(card)).kind is OutcomeKind.BUSY, "until the second's lease would have ended"
    clock.move(LEASE + timedelta(seconds=1))
    pushed = len(phones.pushed)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert (len(phones.pushed) - pushed, phones.points(card["id"])) == (1, 2)
    assert (await wallet.update(card)).kind is OutcomeKind.CLEAN


async def test_nothing_of_an_erased_person_comes_back_with_a_late_push(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.a_card(first_name="Marie")
    slow = await overtaken(wallet, phones, card)
    await wallet.shop.erase(card)
    await wallet.update(card)
    assert await status(wallet, card) == "removed"
    await slow.arrives()
    assert phones.shown[UUID(card["id"])].customer_name is not None
    await wallet.update(card)
    assert phones.shown[UUID(card["id"])].customer_name is None
    assert await status(wallet, card) == "removed"


async def test_waiting_for_the_database_is_part_of_the_lease(
    wallet: Wallet, phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease is counted from the request for it, so a push that begins late would end after it."""
    monkeypatch.setattr(syncing, "PUSH_SECONDS", 0.3)
    push = syncing._push
    asked_at: list[float] = []
    deadlines: list[float] = []

    async def noting_when(*asked: Any) -> object:
        asked_at.append(asyncio.get_running_loop().time())
        return await take_lease(*asked)

    async def noting_until(*pushed: Any) -> object:
        deadlines.append(pushed[-1].when())
        return await push(*pushed)

    monkeypatch.setattr(syncing, "take_lease", noting_when)
    monkeypatch.setattr(syncing, "_push", noting_until)
    card = await wallet.shop.a_card()
    await wallet.add(card)
    phones.may_answer.clear()
    assert (await wallet.update(card)).kind is OutcomeKind.RETRY
    assert deadlines[0] <= asked_at[0] + 0.3


async def test_a_ring_that_nobody_wrote_down_in_time_counts_all_the_same(
    open_wallet: OpenWallet, phones: Phones, opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    wallet = open_wallet(phones, await opened(terms={"stamps_target": 1}))
    card = await wallet.a_card()
    await wallet.shop.anna.stamp(card)
    async with wallet.sync.sessions.committing(wallet.shop.merchant_id) as session:
        await mark_changed(session, wallet.shop.merchant_id, UUID(card["id"]), clock.now(), NotifyReason.REWARD_READY)
    slow = await held_up(wallet, phones, card)
    clock.move(LEASE + timedelta(seconds=1))
    await superuser.execute(
        "UPDATE wallet_links SET lease_token = NULL, lease_until = NULL WHERE card_id = $1", UUID(card["id"])
    )
    assert (await slow.arrives()).kind is OutcomeKind.BUSY
    count = "SELECT count(*) FROM wallet_notifications WHERE card_id = $1"
    assert await superuser.fetchval(count, UUID(card["id"])) == 1
