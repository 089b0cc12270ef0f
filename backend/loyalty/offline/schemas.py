"""Batches of a tablet, and what waits for a person."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import SAYS_SOMETHING, Answer, Body

BATCH_MAX = 500
OperationOutcome = Literal["applied", "duplicate", "refused", "review", "deferred"]
OperationState = Literal["received", "applied", "refused", "review", "booked", "dismissed"]
ReviewDecisionKind = Literal["book", "dismiss"]
DecidedState = Literal["booked", "dismissed"]
OperationKey = Annotated[str, Meta(examples=["3f0c6c1e-5c5e-4f3a-9a55-0d2f4f1f8b11"])]
OperationName = Annotated[str, Meta(examples=["points"])]
ReasonCode = Annotated[str, Meta(examples=["too_old"])]
SentContent = Annotated[dict[str, Any], Meta(examples=[{"op": "stamp"}])]
ProblemContent = Annotated[dict[str, Any], Meta(examples=[{"code": "stamp_cooldown", "status": 409}])]
SEALED_OPERATION = {"id": "a1", "seq": 1, "grant_id": "0199aa00-0000-7000-8000-000000000001", "sealed": "AUk-gvx0"}


class DeviceBatch(Body):
    """Operations that a tablet has kept while it was offline."""

    batch_id: UUID
    """Id that the tablet gives the batch; the same when it is sent again."""
    device_time: datetime
    """Now by the tablet's clock, right or wrong."""
    elapsed_realtime_ms: Annotated[int, Meta(ge=0, le=10**12)]
    """Milliseconds since the tablet was switched on."""
    boot_id: Annotated[str, Meta(min_length=1, max_length=64, examples=["7f9d0c1a"])]
    """Changes whenever the tablet is switched on."""
    operations: Annotated[
        list[dict[str, Any]],
        Meta(min_length=1, max_length=BATCH_MAX, examples=[[SEALED_OPERATION]]),
    ]
    """Each is read by itself. The conventions of the API describe its members and the format of a sealed one."""


class OperationResult(Answer):
    """What became of one operation of a batch."""

    id: OperationKey | None
    """Id of the operation. Null for one without a usable id: it is refused and not kept."""
    outcome: OperationOutcome
    """`applied`, `duplicate` and `refused` are final. `review`: a person decides. `deferred`: send it again."""
    status: int | None = None
    """HTTP status of the same call online. Null while it waits."""
    transaction_id: UUID | None = None
    """Id of the transaction. Null when nothing was booked."""
    card_id: UUID | None = None
    """Id of the card. Null when none was found."""
    reason: ReasonCode | None = None
    """Why it waits for a person: a stable code. Null for all others."""
    problem: ProblemContent | None = None
    """The problem of a refused operation, as the same call online would have it. Null for all others."""
    occurred_at_used: datetime | None = None
    """When it happened (UTC), as far as the clocks tell. Null: they do not tell."""


class BatchView(Answer):
    """What became of a batch."""

    server_time: datetime
    """Now by the server's clock (UTC)."""
    clock_offset_ms: int
    """Milliseconds by which the tablet's clock is ahead."""
    results: list[OperationResult]
    """One for each operation, in the order of the request."""


class DeviceOperationView(Answer):
    """An operation as the tablet that handed it in sees it."""

    id: OperationKey
    """Id that the tablet gave the operation."""
    state: OperationState
    """`received` is about to be booked, `review` waits for a person, who has `booked` or `dismissed` it."""
    op: OperationName | None
    """`points`, `stamp`, `enroll` or `void`. Null: unreadable."""
    reason: ReasonCode | None
    """Why it waited for a person: a stable code. Null: it did not."""
    problem: ProblemContent | None
    """Why it was refused. Null: it was not."""
    transaction_id: UUID | None
    """Id of the transaction. Null when nothing was booked."""
    card_id: UUID | None
    """Id of the card. Null when none was found."""
    occurred_at_used: datetime | None
    """When it happened (UTC), as far as the clocks tell. Null: they do not tell."""
    received_at: datetime
    """When the tablet handed it in (UTC)."""
    decided_at: datetime | None
    """When a person decided (UTC). Null: nobody did."""
    decision_reason: str | None
    """What that person wrote. Null: nobody decided."""


class DeviceOperationList(Answer):
    """One page of a tablet's operations."""

    data: list[DeviceOperationView]
    """Oldest first."""
    next_cursor: str | None
    """Value of `after` for the next page. Null on the last one."""
    has_more: bool
    """True when there is a next page."""


class ReviewItem(Answer):
    """An operation that waits for a person, with everything the tablet sent."""

    id: UUID
    """Id to decide it by."""
    device_id: UUID
    """Id of the tablet."""
    device_name: str
    """Name of the tablet."""
    store_code: str
    """Code of the store of the tablet."""
    operation_id: OperationKey
    """Id that the tablet gave the operation."""
    op: OperationName | None
    """`points`, `stamp`, `enroll` or `void`. Null: unreadable."""
    reason: ReasonCode
    """Why it waits: a stable code."""
    explanation: str
    """Why it waits: a sentence in the reader's language."""
    staff_name: str | None
    """Name of the person whose PIN it was, as far as the tablet says. Null: it does not say."""
    card_id: UUID | None
    """Id of the card. Null when none was found."""
    card_code: str | None
    """Code of the card. Null when none was found."""
    customer_name: str | None
    """Name on the card. Null when there is none."""
    purchase_amount_cents: int | None
    """Amount of the sale in cents. Null for everything else."""
    occurred_at: datetime | None
    """When it happened by the tablet's clock (UTC). Null: unreadable."""
    occurred_at_used: datetime | None
    """When it happened (UTC), as far as the clocks tell. Null: they do not tell."""
    clock_offset_ms: int
    """Milliseconds by which the tablet's clock was ahead."""
    received_at: datetime
    """When the tablet handed it in (UTC)."""
    problem: ProblemContent | None
    """Why the ledger did not take it. Null: it was not asked."""
    content: SentContent | None
    """What the tablet sent. Null when it cannot be read."""
    can_be_booked: bool
    """False for what can only be dismissed."""


class ReviewList(Answer):
    """One page of what waits for a person."""

    data: list[ReviewItem]
    """Oldest first."""
    next_cursor: str | None
    """Value of `after` for the next page. Null on the last one."""
    has_more: bool
    """True when there is a next page."""
    waiting_count: int
    """Number of all that wait."""
    oldest_at: datetime | None
    """When the oldest was handed in (UTC). Null: nothing waits."""
    currency: str
    """ISO 4217 code of the currency of all amounts."""
    may_override: bool
    """True when the reader may lift limits for what they book."""


class ReviewDecision(Body):
    """What a person decides about an operation."""

    decision: ReviewDecisionKind
    """`book` records it now with the time at which it happened; `dismiss` records nothing."""
    reason: Annotated[str, Meta(max_length=500, pattern=SAYS_SOMETHING, examples=["The customer showed the receipt"])]
    """Kept in the audit entry, which is never deleted. It must not name customers."""
    override: bool = False
    """True books it regardless of limits, cooldown and the stamps of the day."""


class ReviewOutcome(Answer):
    """What became of an operation after a person's decision."""

    id: UUID
    """Id of the operation that was decided."""
    state: DecidedState
    """What was decided."""
    transaction_id: UUID | None
    """Id of the transaction. Null when nothing was booked."""
    card_id: UUID | None
    """Id of the card. Null when none was found."""
