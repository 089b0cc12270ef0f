"""Bring one pass up to date: lease, absolute state, push, commit. Nothing else changes a link's versions and leases.

Without the lease an older push could overtake a newer one, and nobody would ever see it: the versions would agree.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import asyncpg
import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.ids import new_id
from backend.core.metrics import WALLET_LAG, WALLET_PUSHES
from backend.core.outbound.retry import TRIES, pause_before
from backend.loyalty.cards.links import CardLinks
from backend.loyalty.wallets.freshness import Freshness
from backend.loyalty.wallets.leases import Ended, Taken, end_lease, take_lease
from backend.loyalty.wallets.ports import (
    CardSnapshot,
    LinkKey,
    Misconfigured,
    Notify,
    Paused,
    Permanent,
    Provider,
    Transient,
    WalletProvider,
)
from backend.loyalty.wallets.rings import ring_of
from backend.loyalty.wallets.snapshot import snapshot_of

LEASE = timedelta(seconds=30)
PUSH_SECONDS = LEASE.total_seconds() - 5
"""A push ends before its lease does, or its late request could overtake the next one's."""
BUSY_SECONDS = 2.0
PAUSED_SECONDS = 30.0
STUMBLE_SECONDS = 5.0
DATABASE_STUMBLES = (asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, TimeoutError, OSError)
CODE_MAX, ERROR_MAX = 100, 500

Refusal = Transient | Permanent | Misconfigured

log = structlog.get_logger()


class Outcome(StrEnum):
    SYNCED = "synced"
    CLEAN = "clean"
    """It was up to date."""
    MOVED = "moved"
    """Synced, but the card has changed meanwhile."""
    BUSY = "busy"
    """Somebody else is on it, or a pause between two attempts has not passed."""
    RETRY = "retry"
    PAUSED = "paused"
    """The provider is not asked for now; costs the card nothing."""
    STOPPED = "stopped"
    """The provider refuses us: an operator has to act."""
    GAVE_UP = "gave_up"
    """Four attempts have failed; it stays behind until the next run."""
    FAILED = "failed"
    """The provider refuses this card."""
    GONE = "gone"
    """No active link, or its provider is not configured."""


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    again_in: float | None = None
    """Seconds; None: nothing is left to do now."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Lease:
    key: LinkKey
    token: UUID
    snapshot: CardSnapshot
    taken_at: datetime
    fingerprint: str
    attempt: int
    asked: str | None
    notify: Notify | None
    """What is still worth ringing for of what was asked."""
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True)
class WalletSync:
    pool: asyncpg.Pool
    sessions: Sessions
    links: CardLinks
    providers: Mapping[Provider, WalletProvider]
    """The configured ones."""
    freshness: Freshness

    async def sync_card(self, merchant_id: UUID, card_id: UUID, name: Provider) -> Result:
        """One attempt. Safe to call at any time, from anywhere, any number of times."""
        provider = self.providers.get(name)
        if provider is None:
            return Result(Outcome.GONE, reason="not_configured")
        try:
            result = await self._sync((merchant_id, card_id, name), provider)
        except DATABASE_STUMBLES as error:
            log.warning("wallet_sync_stumbled", error=type(error).__name__)
            result = Result(Outcome.RETRY, STUMBLE_SECONDS, f"database: {type(error).__name__}")
        WALLET_PUSHES.labels(name, result.outcome).inc()
        return result

    async def _sync(self, key: LinkKey, provider: WalletProvider) -> Result:
        taken = await self._take(key)
        return taken if isinstance(taken, Result) else await self._push(provider, taken)

    async def _take(self, key: LinkKey) -> "_Lease | Result":
        """Lease and snapshot in one statement: whoever comes later has read what we have read, or newer."""
        token, now = uuid4(), clock.now()
        taken = await take_lease(self.pool, key, token, now, now + LEASE)
        if taken.outcome != "taken":
            return _left_alone(taken, now)
        assert taken.state is not None, "a link belongs to a card"
        snapshot = snapshot_of(taken.state, self.links, now)
        notify = ring_of(taken.notify, taken.rung, snapshot)
        lease = _Lease(
            key=key,
            token=token,
            snapshot=snapshot,
            taken_at=now,
            fingerprint=_fingerprint(snapshot),
            attempt=1 if taken.attempts >= TRIES else taken.attempts + 1,
            asked=taken.notify,
            notify=notify,
            waiting_since=taken.waiting_since,
        )
        shows_it = snapshot.version <= taken.synced_version or lease.fingerprint == taken.payload_hash
        return await self._commit(lease, measured=False) if shows_it and notify is None else lease

    async def _push(self, provider: WalletProvider, lease: _Lease) -> Result:
        refused: Refusal
        try:
            async with asyncio.timeout(PUSH_SECONDS):
                await provider.push(lease.snapshot, lease.notify)
        except (Transient, Permanent, Misconfigured) as error:
            refused = error
        except TimeoutError:
            refused = Transient("timeout", f"No answer within {PUSH_SECONDS:.0f} s.")
        except Exception as error:
            log.exception("wallet_push_failed", provider=provider.name, card_id=str(lease.snapshot.card_id))
            refused = Transient("internal", type(error).__name__)
        else:
            return await self._commit(lease)
        return await self._release(lease, refused)

    async def _commit(self, lease: _Lease, *, measured: bool = True) -> Result:
        now = clock.now()
        ended = await end_lease(self.pool, lease.key[0], _success(lease, now))
        if ended == "lost":
            # Overslept: whoever has the lease now pushes something newer, and commits that.
            return Result(Outcome.BUSY, BUSY_SECONDS)
        if measured and lease.waiting_since is not None:
            await self._note_lag(lease.key[2], (now - lease.waiting_since).total_seconds())
        return Result(Outcome.MOVED, 0) if ended == "moved" else Result(Outcome.SYNCED)

    async def _release(self, lease: _Lease, refused: Refusal) -> Result:
        result = _judge(refused, lease.attempt)
        await end_lease(self.pool, lease.key[0], _failure(lease, refused, result, clock.now()))
        log.warning("wallet_push_refused", provider=lease.key[2], outcome=result.outcome, code=refused.code)
        return result

    async def _note_lag(self, provider: Provider, seconds: float) -> None:
        WALLET_LAG.labels(provider).observe(max(0.0, seconds))
        await self.freshness.note(provider, max(0.0, seconds))


def _left_alone(taken: Taken, now: datetime) -> Result:
    match taken.outcome:
        case "gone":
            return Result(Outcome.GONE)
        case "clean":
            return Result(Outcome.CLEAN)
        case "leased":
            return Result(Outcome.BUSY, BUSY_SECONDS)
    assert taken.again_at is not None, "it waits for a moment"
    return Result(Outcome.BUSY, (taken.again_at - now).total_seconds())


def _success(lease: _Lease, now: datetime) -> Ended:
    return Ended(
        card_id=lease.key[1],
        provider=lease.key[2],
        token=lease.token,
        now=now,
        read_at=lease.taken_at,
        is_synced=True,
        version=lease.snapshot.version,
        payload_hash=lease.fingerprint,
        settles_ring=lease.asked,
        ring_id=new_id() if lease.notify else None,
        rung=lease.notify,
        status="removed" if lease.snapshot.state == "erased" else "active",
    )


def _failure(lease: _Lease, refused: Refusal, result: Result, now: datetime) -> Ended:
    costs = result.outcome in {Outcome.RETRY, Outcome.GAVE_UP}
    waits = timedelta(seconds=result.again_in) if costs and result.again_in else None
    return Ended(
        card_id=lease.key[1],
        provider=lease.key[2],
        token=lease.token,
        now=now,
        read_at=lease.taken_at,
        is_synced=False,
        version=lease.snapshot.version,
        settles_ring=lease.asked if lease.notify is None else None,
        status="failed" if result.outcome is Outcome.FAILED else "active",
        attempts=lease.attempt if costs else lease.attempt - 1,
        next_attempt_at=now + waits if waits else None,
        error_code=refused.code[:CODE_MAX],
        error=refused.detail[:ERROR_MAX],
    )


def _judge(refused: Refusal, attempt: int) -> Result:
    reason = str(refused)
    if isinstance(refused, Permanent):
        return Result(Outcome.FAILED, None, reason)
    if isinstance(refused, Misconfigured):
        return Result(Outcome.STOPPED, None, reason)
    if isinstance(refused, Paused):
        return Result(Outcome.PAUSED, refused.retry_after or PAUSED_SECONDS, reason)
    if attempt >= TRIES:
        return Result(Outcome.GAVE_UP, None, reason)
    return Result(Outcome.RETRY, pause_before(attempt + 1, refused.retry_after), reason)


def _fingerprint(snapshot: CardSnapshot) -> str:
    """Of what the pass shows: everything but the version."""
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(snapshot, version=0))).hexdigest()
