"""Brings one pass up to date: take the lease, read the card, push its absolute state, end the lease.

Nothing else changes a link's versions and leases. Without the lease an older push could overtake a newer one unnoticed,
because the versions would be equal.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import structlog

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.leases import renewing
from backend.core.outages import server_away
from backend.loyalty.cards.card_urls import CardLinks
from backend.wallets import leases
from backend.wallets.attempts import Attempt, Lease
from backend.wallets.freshness import Freshness
from backend.wallets.leases import end_lease, renew_lease, take_lease
from backend.wallets.metrics import WALLET_LAG, WALLET_PUSHES
from backend.wallets.notifications import due_notification
from backend.wallets.outcomes import (
    AttemptOutcome,
    OutcomeKind,
    ProviderFailure,
    database_unavailable,
    failed,
    synced,
)
from backend.wallets.ports import (
    CardSnapshot,
    LinkKey,
    Misconfigured,
    NotifyReason,
    Permanent,
    Provider,
    Transient,
    WalletProvider,
)
from backend.wallets.snapshot import as_erased, snapshot_of
from backend.wallets.wallet_links import bump_pass_versions, reset_attempts
from i18n.translator import N_

PUSH_SECONDS = 25.0
"""Counted from the request for the lease."""
HELD = 0.8
"""The part of the lease after which a push ends whose lease was not renewed, so that no later push can overtake it."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WalletSync:
    pool: asyncpg.Pool
    sessions: Sessions
    links: CardLinks
    providers: Mapping[Provider, WalletProvider]
    """Those that are configured."""
    freshness: Freshness

    async def sync_card(self, merchant_id: UUID, card_id: UUID, name: Provider) -> AttemptOutcome:
        """One attempt. May be called at any time and any number of times."""
        return await self._try((merchant_id, card_id, name), ends=False)

    async def end_pass(self, merchant_id: UUID, card_id: UUID, name: Provider) -> AttemptOutcome:
        """One attempt to show the card as an erased one; then its link is removed. For cards that will be deleted."""
        key = (merchant_id, card_id, name)
        async with self.sessions.committing(merchant_id) as session:
            await bump_pass_versions(session, merchant_id, [card_id])
            await reset_attempts(session, key)
        return await self._try(key, ends=True)

    async def _try(self, key: LinkKey, *, ends: bool) -> AttemptOutcome:
        name = key[2]
        provider = self.providers.get(name)
        if provider is None:
            return AttemptOutcome(OutcomeKind.GONE, reason="not_configured")
        try:
            outcome = await self._attempt(key, provider, ends=ends)
        except Exception as error:
            if server_away(error) is None:
                raise
            log.warning("wallet_sync_stumbled", error=type(error).__name__)
            outcome = database_unavailable(error)
        WALLET_PUSHES.labels(name, outcome.kind).inc()
        return outcome

    async def _attempt(self, key: LinkKey, provider: WalletProvider, *, ends: bool) -> AttemptOutcome:
        asked_at = asyncio.get_running_loop().time()
        lease = await take_lease(self.pool, key)
        if isinstance(lease, AttemptOutcome):
            return lease
        snapshot = snapshot_of(lease.card, self.links, lease.taken_at)
        if ends:
            snapshot = as_erased(snapshot)
        notify = due_notification(lease.notify, lease.notifications_today, snapshot)
        async with self._held(lease, asked_at) as limit:
            outcome = await _push(provider, lease, snapshot, notify, limit)
        attempt = Attempt(lease=lease, snapshot=snapshot, notify=notify, outcome=outcome, ended_at=clock.now())
        outcome = await end_lease(self.pool, attempt)
        if outcome.kind in {OutcomeKind.SYNCED, OutcomeKind.MOVED}:
            await self._record_lag(provider.name, attempt.lag_seconds)
        return outcome

    @asynccontextmanager
    async def _held(self, lease: Lease, asked_at: float) -> AsyncIterator[asyncio.Timeout]:
        """The time limit of a push; it moves whenever the lease is renewed."""
        ends_at, loop = asked_at + PUSH_SECONDS, asyncio.get_running_loop()
        seconds = HELD * leases.LEASE.total_seconds()
        limit = asyncio.timeout_at(min(ends_at, asked_at + seconds))

        async def renew() -> None:
            begun_at = loop.time()
            await renew_lease(self.pool, lease)
            if not limit.expired():
                limit.reschedule(min(ends_at, begun_at + seconds))

        async with renewing("pass", renew):
            yield limit

    async def _record_lag(self, provider: Provider, seconds: float | None) -> None:
        if seconds is not None:
            WALLET_LAG.labels(provider).observe(seconds)
            await self.freshness.record(provider, seconds)


async def _push(
    provider: WalletProvider, lease: Lease, snapshot: CardSnapshot, notify: NotifyReason | None, limit: asyncio.Timeout
) -> AttemptOutcome:
    failure: ProviderFailure
    try:
        async with limit:
            return await _send(provider, lease, snapshot, notify)
    except (Transient, Permanent, Misconfigured) as error:
        failure = error
    except TimeoutError:
        failure = Transient("timeout", N_("No answer in time."))
    except Exception as error:
        log.exception("wallet_push_failed", provider=provider.name, card_id=str(snapshot.card_id))
        failure = Transient("internal", type(error).__name__)
    outcome = failed(failure, lease.attempt_number)
    log.warning("wallet_push_refused", provider=provider.name, outcome=outcome.kind, code=failure.code)
    return outcome


async def _send(
    provider: WalletProvider, lease: Lease, snapshot: CardSnapshot, notify: NotifyReason | None
) -> AttemptOutcome:
    fingerprint = provider.fingerprint(snapshot)
    if notify is not None or fingerprint != lease.fingerprint:
        await provider.push(snapshot, notify)
        return synced(fingerprint, is_pushed=True)
    if snapshot.is_live:
        # The card's own content is unchanged, but what all passes of the program share may have changed.
        await provider.ensure_program(snapshot.program)
    return synced(fingerprint, is_pushed=False)
