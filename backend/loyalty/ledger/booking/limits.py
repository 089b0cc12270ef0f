"""Limits against fraud: so much of something within so many minutes, for each card, person, device and store."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.overrides import OverrideCheck, verify_override
from backend.loyalty.ledger.booking.rows import LimitUse, TransactionRow
from backend.loyalty.ledger.booking.state import LimitState, TargetTransaction
from backend.loyalty.ledger.problems import LimitExceeded, LimitReached, UndoneOverLimit
from backend.staff_pins.actions import StaffPins

REACHED_LIMIT = "SELECT reached_limit($1, $2)"

_encoder = msgspec.json.Encoder()
Line = TransactionRow | TargetTransaction


class Reached(msgspec.Struct, frozen=True):
    id: UUID
    retry_at: datetime | None
    """None: never, the booking alone is more than the limit."""


async def keep_within_limits(pins: StaffPins, draft: BookingDraft, lifting: OverrideCheck) -> None:
    """Raises LimitReached, unless somebody who may lifts the limit; then the booking says who it was.

    Costs a statement of its own, and only where a limit of the merchant concerns the booking.
    """
    draft.limits = uses_of(draft)
    if not draft.limits:
        return
    reached = await _find_reached(pins.pool, draft)
    if reached is None:
        return
    if lifting.given is None:
        raise _refusal(reached, draft)
    user_id = await verify_override(pins, lifting, draft)
    draft.limits = []
    for row in draft.transactions:
        row.override_user_id = None if row.kind == "expired" else user_id


def uses_of(draft: BookingDraft) -> list[LimitUse]:
    """What the booking adds toward each of the merchant's limits that concern it."""
    lines: list[Line] = [*draft.transactions, *draft.standing_again]
    return [use for limit in draft.state.limits for line in lines if (use := _use(limit, line, draft.card.id))]


def _use(limit: LimitState, line: Line, card_id: UUID) -> LimitUse | None:
    """A PIN stands for its person: whoever leaves it out where it is optional is counted too."""
    subjects = {"card": card_id, "staff_pin": line.user_id, "device": line.device_id, "store": line.store_id}
    subject_id, wanted = subjects[limit.scope], _counted(limit.measure, line)
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
        happened_at=line.occurred_at,
    )


def _counted(measure: str, row: Line) -> int:
    """What the statement `counted_bookings` will count of this line."""
    if measure == "redemptions":
        return row.quantity or 0 if row.kind == "redeemed" else 0
    kind = "redeemed" if measure == "points_redeemed" else "earned"
    unit = "stamps" if measure == "stamps" else "points"
    if (row.kind, row.unit) != (kind, unit):
        return 0
    return 1 if measure == "earns" else abs(row.amount)


async def _find_reached(pool: asyncpg.Pool, draft: BookingDraft) -> Reached | None:
    document = await pool.fetchval(REACHED_LIMIT, draft.origin.merchant_id, _encoder.encode(draft.limits).decode())
    return msgspec.json.decode(document, type=Reached) if document else None


def _refusal(reached: Reached, draft: BookingDraft) -> LimitReached:
    limit = next(limit for limit in draft.state.limits if limit.id == reached.id)
    facts = {
        "limit_id": limit.id,
        "scope": limit.scope,
        "measure": limit.measure,
        "maximum": limit.maximum,
        "window_minutes": limit.window_minutes,
    }
    if draft.standing_again:
        return UndoneOverLimit(**facts, retry_at=None)
    if reached.retry_at is None:
        return LimitExceeded(**facts, retry_at=None)
    local = reached.retry_at.astimezone(draft.state.setup.store.zone)
    return LimitReached(**facts, retry_at=local, retry_on=local.date())
