"""The sync of one pass: always to the newest state and never to an older one, also after failures."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.core import leases as core_leases
from backend.core.clock import clock
from backend.wallets import leases
from backend.wallets import sync as syncing
from backend.wallets.leases import LEASE
from backend.wallets.outcomes import OutcomeKind
from backend.wallets.ports import Misconfigured, NotifyReason, Paused, Permanent, Transient
from backend.wallets.wallet_links import mark_changed, reset_attempts
from tests.conftest import LogLines, OpenShop
from tests.doubles.phone import Killed, Phones
from tests.wallets.conftest import OpenWallet, Wallet
from tests.world.patience import until
from tests.world.till import Card

BUSY = Transient("503", "Busy.")


async def test_a_booking_shows_on_the_phone(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.a_card(points=10)
    assert phones.points(card["id"]) == 10
    await wallet.shop.anna.earn(card, cents=500)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert phones.points(card["id"]) == 15
    assert await wallet.is_right(card, phones)


async def test_a_pass_that_is_up_to_date_is_left_alone(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.a_card()
    assert (await wallet.update(card)).kind is OutcomeKind.CLEAN
    assert len(phones.pushed) == 1


async def test_a_card_whose_holder_has_not_tapped_the_button_has_no_pass(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.shop.a_card()
    assert (await wallet.update(card)).kind is OutcomeKind.GONE
    assert phones.pushed == []


async def test_a_provider_that_is_not_configured_is_not_asked(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.a_card()
    wallet.sync = replace(wallet.sync, providers={})
    assert (await wallet.update(card)).kind is OutcomeKind.GONE


async def test_two_updates_at_once_end_with_the_newer_one(wallet: Wallet, phones: Phones) -> None:
    """Without the lease the older push could arrive last, and the versions would be equal."""
    card = await wallet.a_card(points=1)
    await wallet.shop.anna.earn(card, cents=100)
    phones.may_answer.clear()
    phones.is_asked.clear()
    first = asyncio.create_task(wallet.update(card))
    await phones.is_asked.wait()
    await wallet.shop.anna.earn(card, cents=100)
    second = await wallet.update(card)
    assert (second.kind, second.retry_in) == (OutcomeKind.BUSY, 2.0)
    phones.may_answer.set()
    assert (await first).kind is OutcomeKind.MOVED
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert [shown.points_balance for shown in phones.pushed] == [1, 2, 3]


async def test_four_attempts_with_one_four_and_sixteen_seconds_between(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    phones.fails = [BUSY] * 4
    for pause in (1, 4, 16):
        result = await wallet.update(card)
        assert result.kind is OutcomeKind.RETRY
        assert result.retry_in is not None
        assert 0.8 * pause <= result.retry_in <= 1.2 * pause
        early = await wallet.update(card)
        assert early.kind is OutcomeKind.BUSY
        assert early.retry_in == pytest.approx(result.retry_in, abs=0.5)
        clock.move(timedelta(seconds=result.retry_in))
    assert (await wallet.update(card)).kind is OutcomeKind.GAVE_UP
    link = await wallet.link(card)
    assert (link["status"], link["attempts"], link["last_error_code"], link["lease_until"]) == (
        "active",
        4,
        "503",
        None,
    )
    assert phones.points(card["id"]) == 0


async def test_after_giving_up_the_next_run_begins_anew(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    phones.fails = [BUSY] * 5
    for _ in range(4):
        clock.move(timedelta(seconds=20))
        await wallet.update(card)
    assert (await wallet.update(card)).kind is OutcomeKind.RETRY
    clock.move(timedelta(seconds=2))
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    link = await wallet.link(card)
    assert (link["attempts"], link["last_error_code"], link["failed_at"]) == (0, None, None)


async def test_a_provider_that_says_when_is_not_asked_earlier(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.shop.a_card()
    await wallet.add(card)
    phones.fails = [Transient("429", "Slow down.", 60)]
    assert (await wallet.update(card)).retry_in == 60


async def test_a_refused_card_fails_once_and_is_left_alone_until_somebody_asks(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    phones.fails = [Permanent("400", "The color is no color.")]
    result = await wallet.update(card)
    assert (result.kind, result.retry_in) == (OutcomeKind.FAILED, None)
    link = await wallet.link(card)
    assert (link["status"], link["last_error_code"], link["last_error"]) == ("failed", "400", "The color is no color.")
    assert (await wallet.update(card)).kind is OutcomeKind.GONE
    async with wallet.sync.sessions.committing(wallet.shop.merchant_id) as session:
        await reset_attempts(session, (wallet.shop.merchant_id, UUID(card["id"]), "google"))
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert phones.points(card["id"]) == 1


async def test_another_tap_gives_a_refused_card_another_chance(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.shop.a_card()
    await wallet.add(card)
    phones.fails = [Permanent("400", "No.")]
    await wallet.update(card)
    await wallet.add(card)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED


@pytest.mark.parametrize(
    ("refusal", "outcome", "retry_in"),
    [
        (Misconfigured("403", "Not a user of the issuer."), OutcomeKind.STOPPED, None),
        (Paused("breaker_open", "Away.", 17), OutcomeKind.PAUSED, 17),
        (Paused("breaker_open", "Away."), OutcomeKind.PAUSED, 30),
    ],
)
async def test_what_is_no_fault_of_the_card_costs_it_no_attempt(
    wallet: Wallet, phones: Phones, refusal: Exception, outcome: OutcomeKind, retry_in: float | None
) -> None:
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    phones.fails = [refusal]
    result = await wallet.update(card)
    assert (result.kind, result.retry_in) == (outcome, retry_in)
    link = await wallet.link(card)
    assert (link["status"], link["attempts"], link["lease_until"]) == ("active", 0, None)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED


async def test_a_change_that_shows_nothing_new_is_not_sent(
    wallet: Wallet, phones: Phones, superuser: asyncpg.Connection
) -> None:
    card = await wallet.a_card(points=1)
    await raise_version(superuser, card)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert len(phones.pushed) == 1
    assert (await wallet.update(card)).kind is OutcomeKind.CLEAN


async def test_after_a_lost_answer_everything_is_sent_again(wallet: Wallet, phones: Phones) -> None:
    """The response to the push of a sale is lost, and the sale is voided: the phone must not go on showing it."""
    card = await wallet.a_card(points=5)
    sale = await wallet.shop.anna.earn(card, cents=100)
    phones.loses = [Transient("504", "Lost.")]
    await wallet.update(card)
    assert phones.points(card["id"]) == 6
    await wallet.shop.anna.void(sale)
    clock.move(timedelta(seconds=5))
    await wallet.update(card)
    assert phones.points(card["id"]) == 5


async def test_a_worker_killed_between_push_and_commit_is_replaced_when_its_lease_ends(
    wallet: Wallet, phones: Phones
) -> None:
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    phones.loses = [Killed()]
    with pytest.raises(Killed):
        await wallet.update(card)
    assert (await wallet.update(card)).kind is OutcomeKind.BUSY
    clock.move(LEASE + timedelta(seconds=1))
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert await wallet.is_right(card, phones)


async def test_a_worker_that_overslept_its_lease_changes_nothing(wallet: Wallet, phones: Phones) -> None:
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    phones.may_answer.clear()
    phones.is_asked.clear()
    slow = asyncio.create_task(wallet.update(card))
    await phones.is_asked.wait()
    clock.move(LEASE + timedelta(seconds=1))
    await wallet.superuser.execute(
        "UPDATE wallet_links SET lease_token = gen_random_uuid(), lease_until = $2 WHERE card_id = $1",
        UUID(card["id"]), clock.now() + LEASE,
    )  # fmt: skip
    phones.may_answer.set()
    assert (await slow).kind is OutcomeKind.BUSY
    assert (await wallet.link(card))["lease_token"] is not None
    clock.move(LEASE + timedelta(seconds=1))
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED


async def test_a_push_ends_before_its_lease_does(
    wallet: Wallet, phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose lease nobody renews, such as when PostgreSQL is away."""
    assert syncing.HELD < 1
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=0.05))
    card = await wallet.shop.a_card()
    await wallet.add(card)
    phones.may_answer.clear()
    result = await wallet.update(card)
    assert (result.kind, (await wallet.link(card))["last_error_code"]) == (OutcomeKind.RETRY, "timeout")


async def test_a_push_that_takes_long_keeps_its_lease(
    wallet: Wallet, phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease is short, because a worker that dies blocks the pass for so long."""
    monkeypatch.setattr(core_leases, "RENEW_SECONDS", 0.01)
    card = await wallet.shop.a_card()
    await wallet.add(card)
    phones.may_answer.clear()
    slow = asyncio.create_task(wallet.update(card))

    async def has_lease() -> bool:
        return bool(((await wallet.link(card))["lease_until"] or clock.now()) > clock.now() + LEASE / 2)

    await until(has_lease)
    clock.move(LEASE)
    await until(has_lease)
    assert (await wallet.update(card)).kind is OutcomeKind.BUSY
    phones.may_answer.set()
    assert (await slow).kind is OutcomeKind.SYNCED


async def test_a_fault_of_ours_counts_as_an_attempt_and_is_logged(
    wallet: Wallet, phones: Phones, log_lines: LogLines
) -> None:
    card = await wallet.shop.a_card()
    await wallet.add(card)
    phones.fails = [ZeroDivisionError()]
    result = await wallet.update(card)
    assert (result.kind, (await wallet.link(card))["last_error"]) == (OutcomeKind.RETRY, "ZeroDivisionError")
    assert [line for line in log_lines() if line["event"] == "wallet_push_failed"]


async def test_an_erased_card_is_told_once_more_and_then_never_again(
    wallet: Wallet, phones: Phones, superuser: asyncpg.Connection
) -> None:
    card = await wallet.a_card(points=5, first_name="Marie")
    await wallet.shop.erase(card)
    await wallet.update(card)
    last = phones.shown[UUID(card["id"])]
    assert (last.is_live, last.customer_name) == (False, None)
    assert (await wallet.link(card))["status"] == "removed"
    await raise_version(superuser, card)
    assert (await wallet.update(card)).kind is OutcomeKind.GONE


async def test_a_pass_is_ended_for_a_card_that_will_be_deleted_also_one_that_was_refused(
    wallet: Wallet, phones: Phones
) -> None:
    card = await wallet.a_card(points=5, first_name="Marie")
    phones.fails = [Permanent("bad", "Refused.")]
    await wallet.shop.anna.earn(card, cents=100)
    assert (await wallet.update(card)).kind is OutcomeKind.FAILED
    key = wallet.shop.merchant_id, UUID(card["id"]), wallet.name
    phones.is_away = True
    assert (await wallet.sync.end_pass(*key)).kind is OutcomeKind.RETRY
    assert (await wallet.link(card))["status"] == "active"
    phones.is_away = False
    assert (await wallet.sync.end_pass(*key)).kind is OutcomeKind.SYNCED
    last = phones.shown[UUID(card["id"])]
    assert (last.state, last.customer_name, last.points_balance) == ("erased", None, 0)
    assert (await wallet.link(card))["status"] == "removed"
    assert (await wallet.update(card)).kind is OutcomeKind.GONE


async def test_the_phone_rings_once_when_the_stamp_card_is_full(
    open_wallet: OpenWallet, phones: Phones, opened: OpenShop
) -> None:
    shop = await opened(terms={"stamps_target": 2, "cooldown_minutes": 0})
    wallet = open_wallet(phones, shop)
    card = await wallet.a_card(stamps=1)
    await shop.anna.stamp(card)
    await told(wallet, card, NotifyReason.REWARD_READY)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert phones.rung == [NotifyReason.REWARD_READY]
    assert (await wallet.update(card)).kind is OutcomeKind.CLEAN


async def test_a_ring_waits_for_the_attempt_that_succeeds(
    open_wallet: OpenWallet, phones: Phones, opened: OpenShop
) -> None:
    wallet = open_wallet(phones, await opened(terms={"stamps_target": 1}))
    card = await wallet.a_card()
    await wallet.shop.anna.stamp(card)
    await told(wallet, card, NotifyReason.REWARD_READY)
    phones.fails = [BUSY]
    await wallet.update(card)
    assert phones.rung == []
    clock.move(timedelta(seconds=2))
    await wallet.update(card)
    assert phones.rung == [NotifyReason.REWARD_READY]


async def test_a_reward_fetched_before_the_news_of_it_went_out_rings_nobody(
    open_wallet: OpenWallet, phones: Phones, opened: OpenShop
) -> None:
    wallet = open_wallet(phones, await opened(terms={"stamps_target": 1}))
    card = await wallet.a_card()
    await wallet.shop.anna.stamp(card)
    await told(wallet, card, NotifyReason.REWARD_READY)
    await wallet.shop.anna.redeem(card)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert phones.rung == []


async def test_points_that_end_while_a_ring_is_no_news_any_more_end_on_the_phone_too(
    open_wallet: OpenWallet, phones: Phones, opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    """The stored fingerprint is that of the sent content, or the booking of the expiry would count as no change."""
    wallet = open_wallet(phones, await opened(terms={"expiry_kind": "rolling", "expiry_days": 5}))
    card = await wallet.a_card(points=5)
    await told(wallet, card, NotifyReason.POINTS_EXPIRING)
    clock.move(timedelta(days=7))
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    await raise_version(superuser, card)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED
    assert (phones.points(card["id"]), phones.rung) == (0, [])


async def test_a_ring_that_is_asked_for_during_a_push_goes_out_with_the_next(
    open_wallet: OpenWallet, phones: Phones, opened: OpenShop
) -> None:
    wallet = open_wallet(phones, await opened(terms={"stamps_target": 1}))
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    phones.may_answer.clear()
    phones.is_asked.clear()
    first = asyncio.create_task(wallet.update(card))
    await phones.is_asked.wait()
    await wallet.shop.anna.stamp(card)
    await told(wallet, card, NotifyReason.REWARD_READY)
    phones.may_answer.set()
    await first
    assert phones.rung == []
    await wallet.update(card)
    assert phones.rung == [NotifyReason.REWARD_READY]


async def test_a_database_that_stumbles_costs_the_card_nothing(
    wallet: Wallet, phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)

    async def stumble(*told: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError

    with monkeypatch.context() as patch:
        patch.setattr(syncing, "take_lease", stumble)
        result = await wallet.update(card)
    assert (result.kind, result.retry_in) == (OutcomeKind.RETRY, 5.0)
    assert (await wallet.update(card)).kind is OutcomeKind.SYNCED


async def test_a_phone_rings_three_times_a_day_at_most_and_keeps_the_last_for_the_reward(
    open_wallet: OpenWallet, phones: Phones, opened: OpenShop
) -> None:
    shop = await opened(terms={"stamps_target": 1, "expiry_kind": "rolling", "expiry_days": 5})
    wallet = open_wallet(phones, shop)
    card = await wallet.a_card(points=5, stamps=1)
    for reason in [NotifyReason.POINTS_EXPIRING] * 3 + [NotifyReason.REWARD_READY] * 2:
        await told(wallet, card, reason)
        await wallet.update(card)
    assert phones.rung == [NotifyReason.POINTS_EXPIRING, NotifyReason.POINTS_EXPIRING, NotifyReason.REWARD_READY]
    clock.move(timedelta(hours=25))
    await told(wallet, card, NotifyReason.REWARD_READY)
    await wallet.update(card)
    assert len(phones.rung) == 4


async def test_the_time_from_the_booking_to_the_phone_is_measured(wallet: Wallet, phones: Phones) -> None:
    await wallet.sync.freshness._redis.flushdb()
    card = await wallet.a_card()
    await wallet.shop.anna.earn(card, cents=100)
    await told(wallet, card, None)
    clock.move(timedelta(seconds=4))
    await wallet.update(card)
    measured = await wallet.sync.freshness.last_hour("google")
    assert (measured.count, measured.p50, measured.p95) == (1, 5, 5)
    assert (await wallet.link(card))["waiting_since"] is None


async def told(wallet: Wallet, card: Card, notify: NotifyReason | None) -> None:
    """What the reaction to a booking records."""
    async with wallet.sync.sessions.committing(wallet.shop.merchant_id) as session:
        await mark_changed(session, wallet.shop.merchant_id, UUID(card["id"]), clock.now(), notify)


async def raise_version(superuser: asyncpg.Connection, card: Card) -> None:
    await superuser.execute("UPDATE cards SET wallet_version = wallet_version + 1 WHERE id = $1", UUID(card["id"]))
