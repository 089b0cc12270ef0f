"""Batches of a tablet, and what waits for a person."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import SAYS_SOMETHING, Answer, Body

BATCH_MAX = 500
OperationOutcome = Literal["applied", "duplicate", "refused", "review", "deferred"]
OperationState = Literal["received", "applied", "refused", "review", "booked", "dismissed"]


class DeviceBatch(Body):
    batch_id: UUID
    device_time: datetime
    """By the tablet's clock, right or wrong."""
    elapsed_realtime_ms: Annotated[int, Meta(ge=0, le=10**12)]
    """Since the tablet was switched on."""
    boot_id: Annotated[str, Meta(min_length=1, max_length=64)]
    operations: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=BATCH_MAX)]
    """Each is read by itself: `docs/api.md` has its members and the format of a sealed one."""


class OperationResult(Answer):
    id: str | None
    """None for an operation without a usable id: it is refused and not kept."""
    outcome: OperationOutcome
    status: int | None = None
    """As of the same call online; None while it waits."""
    transaction_id: UUID | None = None
    card_id: UUID | None = None
    reason: str | None = None
    """Why it waits for a person."""
    problem: dict[str, Any] | None = None
    occurred_at_used: datetime | None = None


class BatchView(Answer):
    server_time: datetime
    clock_offset_ms: int
    """How far the tablet's clock is ahead."""
    results: list[OperationResult]
    """One for each operation, in the order of the request."""


class DeviceOperationView(Answer):
    """An operation as the tablet that handed it in sees it."""

    id: str
    state: OperationState
    op: str | None
    reason: str | None
    problem: dict[str, Any] | None
    transaction_id: UUID | None
    card_id: UUID | None
    occurred_at_used: datetime | None
    received_at: datetime
    decided_at: datetime | None
    decision_reason: str | None


class DeviceOperationList(Answer):
    data: list[DeviceOperationView]
    next_cursor: str | None
    has_more: bool


class ReviewItem(Answer):
    """An operation that waits for a person, with everything the tablet sent."""

    id: UUID
    device_id: UUID
    device_name: str
    store_code: str
    operation_id: str
    op: str | None
    reason: str
    explanation: str
    """The reason as a sentence, in the reader's language."""
    staff_name: str | None
    """Whose PIN it was, as far as the tablet says."""
    card_id: UUID | None
    card_code: str | None
    customer_name: str | None
    purchase_amount_cents: int | None
    occurred_at: datetime | None
    """By the tablet's clock."""
    occurred_at_used: datetime | None
    clock_offset_ms: int
    received_at: datetime
    problem: dict[str, Any] | None
    content: dict[str, Any] | None
    can_be_booked: bool


class ReviewList(Answer):
    data: list[ReviewItem]
    next_cursor: str | None
    has_more: bool
    waiting_count: int
    oldest_at: datetime | None
    currency: str
    """Of the amounts."""
    may_override: bool
    """Whether the reader may lift limits for what they book."""


class ReviewDecision(Body):
    decision: Literal["book", "dismiss"]
    reason: Annotated[str, Meta(max_length=500, pattern=SAYS_SOMETHING, examples=["The customer showed the receipt"])]
    override: bool = False
    """Book it regardless of limits, cooldown and the stamps of the day."""


class ReviewOutcome(Answer):
    id: UUID
    state: Literal["booked", "dismissed"]
    transaction_id: UUID | None
    card_id: UUID | None
