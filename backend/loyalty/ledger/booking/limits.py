"""Limits against fraud: so much of something within so many minutes, for each card, person, device and store."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.loyalty.ledger.booking.authorization import Authorization
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import LimitUse, TransactionRow
from backend.loyalty.ledger.booking.setup import LimitState
from backend.loyalty.ledger.booking.target import TargetTransaction
from backend.loyalty.ledger.problems.limits import LimitExceeded, LimitReached, UndoneOverLimit

REACHED_LIMIT = "SELECT reached_limit($1, $2)"

_encoder = msgspec.json.Encoder()


class ReachedLimit(msgspec.Struct, frozen=True):
    id: UUID
    retry_at: datetime | None
    """None: never, the booking alone is more than the limit."""


async def keep_within_limits(
    pool: asyncpg.Pool, draft: BookingDraft, decided: Decided, authorization: Authorization
) -> Decided:
    """What was decided, with the person who overrides a limit that it reaches. Raises LimitReached where nobody does.

    Costs a statement of its own, and only where one of the merchant's limits concerns the booking.
    """
    uses = limit_uses(draft)
    reached = await _find_reached(pool, draft.origin.merchant_id, uses) if uses else None
    if reached is None:
        draft.booking.limits = uses
        return decided
    user_id = await authorization.overrider_id(draft.state.setup)
    if user_id is None:
        raise _refusal(reached, draft)
    return draft.overridden(decided, user_id)


def limit_uses(draft: BookingDraft) -> list[LimitUse]:
    """What the booking adds toward each of the merchant's limits that concern it."""
    counted: list[TransactionRow | TargetTransaction] = [*draft.booking.transactions, *draft.counted_again]
    return [use for limit in draft.state.limits for row in counted if (use := use_of(limit, row, draft.card.id))]


def use_of(limit: LimitState, row: TransactionRow | TargetTransaction, card_id: UUID) -> LimitUse | None:
    """What a line adds toward a limit, as `counted_bookings` counts it afterwards; None: nothing.

    The measure `staff_pin` counts by person, also those who leave the PIN out where it is optional.
    """
    subjects = {"card": card_id, "staff_pin": row.user_id, "device": row.device_id, "store": row.store_id}
    subject_id, wanted = subjects[limit.scope], _counted(limit.measure, row)
    if subject_id is None or wanted == 0:
        return None
    return LimitUse(
        id=limit.id,
        scope=limit.scope,
        subject_id=subject_id,
        measure=limit.measure,
        window_minutes=limit.window_minutes,
        maximum=limit.maximum,
        wanted=wanted,
        happened_at=row.occurred_at,
    )


def _counted(measure: str, row: TransactionRow | TargetTransaction) -> int:
    if measure == "redemptions":
        return row.quantity or 0 if row.kind == "redeemed" else 0
    kind = "redeemed" if measure == "points_redeemed" else "earned"
    unit = "stamps" if measure == "stamps" else "points"
    if (row.kind, row.unit) != (kind, unit):
        return 0
    return 1 if measure == "earns" else abs(row.amount)


async def _find_reached(pool: asyncpg.Pool, merchant_id: UUID, uses: list[LimitUse]) -> ReachedLimit | None:
    document = await pool.fetchval(REACHED_LIMIT, merchant_id, _encoder.encode(uses).decode())
    return msgspec.json.decode(document, type=ReachedLimit) if document else None


def _refusal(reached: ReachedLimit, draft: BookingDraft) -> LimitReached:
    limit = next(limit for limit in draft.state.limits if limit.id == reached.id)
    facts = {
        "limit_id": limit.id,
        "scope": limit.scope,
        "measure": limit.measure,
        "maximum": limit.maximum,
        "window_minutes": limit.window_minutes,
    }
    if draft.counted_again:
        return UndoneOverLimit(**facts, retry_at=None)
    if reached.retry_at is None:
        return LimitExceeded(**facts, retry_at=None)
    local = reached.retry_at.astimezone(draft.state.setup.store.zone)
    return LimitReached(**facts, retry_at=local, retry_on=local.date())
