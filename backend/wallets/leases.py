"""Takes and ends the lease of a pass: one SQL statement each, on the till's connections to PostgreSQL."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.core import leases
from backend.core.clock import clock
from backend.core.database import within_merchant
from backend.core.ids import new_id
from backend.wallets.attempts import Attempt, Lease
from backend.wallets.outcomes import AttemptOutcome, OutcomeKind, busy
from backend.wallets.ports import LinkKey, NotifyReason
from backend.wallets.schemas import LinkState
from backend.wallets.snapshot import WalletState

TAKE = "SELECT take_wallet_lease($1, $2, $3, $4, $5, $6)"
END = "SELECT end_wallet_lease($1, $2)"
RENEW = """
UPDATE wallet_links SET lease_until = $5 WHERE merchant_id = $1 AND card_id = $2 AND provider = $3 AND lease_token = $4
"""
LEASE = leases.LEASE
CODE_MAX, ERROR_MAX = 100, 500


class _TakeReply(msgspec.Struct, frozen=True):
    """The reply of `take_wallet_lease`. Only `taken` has a state, only `waiting` a time."""

    kind: Literal["gone", "leased", "waiting", "clean", "taken"] = msgspec.field(name="is")
    again_at: datetime | None = None
    payload_hash: str | None = None
    attempts: int = 0
    waiting_since: datetime | None = None
    notify: NotifyReason | None = None
    rung: int = 0
    state: WalletState | None = None


class _EndRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The argument of `end_wallet_lease`."""

    card_id: UUID
    provider: str
    token: UUID
    now: datetime
    read_at: datetime
    is_synced: bool
    version: int
    payload_hash: str | None
    settles_ring: str | None
    ring_id: UUID | None
    rung: str | None
    status: LinkState
    attempts: int
    next_attempt_at: datetime | None
    error_code: str | None
    error: str | None


_decoder = msgspec.json.Decoder(_TakeReply)
_encoder = msgspec.json.Encoder()


async def take_lease(pool: asyncpg.Pool, key: LinkKey) -> Lease | AttemptOutcome:
    """The lease, or the outcome when there is nothing to push now.

    The same statement reads the card: an attempt that takes the lease later reads the same version or a newer one.
    """
    token, now = uuid4(), clock.now()
    document: Any = await pool.fetchval(TAKE, *key, token, now, now + LEASE)
    reply = _decoder.decode(document)
    match reply.kind:
        case "gone":
            return AttemptOutcome(OutcomeKind.GONE)
        case "clean":
            return AttemptOutcome(OutcomeKind.CLEAN)
        case "leased":
            return busy()
        case "waiting":
            assert reply.again_at is not None, "a waiting link has a time"
            return busy((reply.again_at - now).total_seconds())
    return _lease(key, token, now, reply)


def _lease(key: LinkKey, token: UUID, now: datetime, reply: _TakeReply) -> Lease:
    assert reply.state is not None, "a link belongs to a card"
    return Lease(
        key=key,
        token=token,
        taken_at=now,
        card=reply.state,
        failed_attempts=reply.attempts,
        fingerprint=reply.payload_hash,
        notify=reply.notify,
        notifications_today=reply.rung,
        waiting_since=reply.waiting_since,
    )


async def renew_lease(pool: asyncpg.Pool, lease: Lease) -> None:
    """Of a push that takes longer. A lease that was lost stays lost."""
    async with within_merchant(pool, lease.key[0]) as connection:
        await connection.execute(RENEW, *lease.key, lease.token, clock.now() + LEASE)


async def end_lease(pool: asyncpg.Pool, attempt: Attempt) -> AttemptOutcome:
    """Records the attempt. The outcome is another one when the card has changed meanwhile or the lease was lost."""
    request, outcome = _encoder.encode(_end_request(attempt)).decode(), attempt.outcome
    match await pool.fetchval(END, attempt.lease.key[0], request):
        case "lost":
            # It is unknown which of two pushes arrived last, so the statement has marked the pass as out of date.
            return busy()
        case "moved" if outcome.kind is OutcomeKind.SYNCED:
            return AttemptOutcome(OutcomeKind.MOVED, 0)
        case "moved" if outcome.kind is OutcomeKind.FAILED:
            # The provider refused an older version of the card.
            return AttemptOutcome(OutcomeKind.RETRY, 0, outcome.reason)
    return outcome


def _end_request(attempt: Attempt) -> _EndRequest:
    lease, outcome, failure = attempt.lease, attempt.outcome, attempt.outcome.failure
    _, card_id, provider = lease.key
    sent = attempt.notify if attempt.is_synced else None
    return _EndRequest(
        card_id=card_id,
        provider=provider,
        token=lease.token,
        now=attempt.ended_at,
        read_at=lease.taken_at,
        is_synced=attempt.is_synced,
        version=attempt.snapshot.version,
        payload_hash=outcome.fingerprint,
        settles_ring=lease.notify if attempt.is_notify_settled else None,
        ring_id=new_id() if sent else None,
        rung=sent,
        status=attempt.link_state,
        attempts=attempt.failed_attempts,
        next_attempt_at=attempt.next_attempt_at,
        error_code=failure.code[:CODE_MAX] if failure else None,
        error=failure.detail[:ERROR_MAX] if failure else None,
    )
