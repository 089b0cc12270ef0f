"""Batches of a tablet, and what became of their operations."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.idempotency import KEY_MAX
from backend.core.openapi.descriptions import ENTRIES
from backend.core.schemas import Answer, Body

BATCH_MAX = 500
OperationOutcome = Literal["applied", "duplicate", "refused", "review", "deferred"]
OperationState = Literal["received", "applied", "refused", "review", "booked", "dismissed"]
OperationKey = Annotated[str, Meta(examples=["3f0c6c1e-5c5e-4f3a-9a55-0d2f4f1f8b11"])]
OperationName = Annotated[str, Meta(examples=["points"])]
ReasonCode = Annotated[str, Meta(examples=["too_old"])]
ProblemContent = Annotated[dict[str, Any], Meta(examples=[{"code": "stamp_cooldown", "status": 409}])]
SEALED_OPERATION = {"id": "a1", "seq": 1, "grant_id": "0199aa00-0000-7000-8000-000000000001", "sealed": "AUk-gvx0"}


class SentOperation(Body, kw_only=True):
    """What a tablet did. Under a grant with a PIN only `id`, `seq`, `grant_id` and `sealed` stand outside the box."""

    id: OperationKey
    """The Idempotency-Key of the same call online."""
    seq: Annotated[int, Meta(ge=0, le=2**53)]
    """The tablet's own order."""
    grant_id: UUID | None = None
    """Id of the grant of the person who did it."""
    sealed: Annotated[str, Meta(examples=["AUk-gvx0"])] | None = None
    """The box, in base64url without padding."""
    op: OperationName | None = None
    """What was done, such as `points`; the conventions of the API have all of them."""
    occurred_at: datetime | None = None
    """When it happened, by the tablet's clock."""
    occurred_elapsed_ms: Annotated[int, Meta(ge=0, le=10**12)] | None = None
    """Milliseconds since the tablet was switched on, when it happened."""
    boot_id: Annotated[str, Meta(min_length=1, max_length=64, examples=["7f9d0c1a"])] | None = None
    """As it was when it happened."""
    card_id: UUID | None = None
    """Id of the card."""
    card_code: Annotated[str, Meta(max_length=100, examples=["BDFHKLNPRSTVXGCJ"])] | None = None
    """The card's code, in place of its id."""
    local_ref: Annotated[str, Meta(min_length=1, max_length=64, examples=["customer 7"])] | None = None
    """The name that an `enroll` of this tablet gave the card, in place of its id."""
    transaction_id: UUID | None = None
    """Of a `void`: the id of what it takes back."""
    voids: Annotated[str, Meta(max_length=KEY_MAX, examples=["a1"])] | None = None
    """Of a `void`: the `id` of the operation that booked what it takes back."""
    allowance_id: UUID | None = None
    """Of a `redeem`: id of the allowance that pays for it."""
    terms_version: int | None = None
    """Version of the terms that the tablet knew."""
    body: dict[str, Any] = {}
    """As of the call online: `Earn`, `Stamp`, `Enroll`, `Void` or `Redemption`, without the PIN."""


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
        Meta(min_length=1, max_length=BATCH_MAX, examples=[[SEALED_OPERATION]], extra={ENTRIES: SentOperation}),
    ]
    """Each is read by itself: a wrong one stops no other. The conventions of the API describe the format of a box."""


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
    """Id of the card. Null when nothing was booked."""
    reason: ReasonCode | None = None
    """Why it waits for a person: a stable code. Null for all others."""
    problem: ProblemContent | None = None
    """As online, or `unknown_operation`, `dependency_refused`, `not_booked_here`, `allowance_missing`,
    `allowance_exceeded` or `operation_dismissed`. Null: the ledger did not refuse it."""
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
    """`points`, `stamp`, `enroll`, `void` or `redeem`. Null: unreadable."""
    reason: ReasonCode | None
    """Why it waited for a person: a stable code. Null: it did not."""
    problem: ProblemContent | None
    """Why it was refused. Null: it was not."""
    transaction_id: UUID | None
    """Id of the transaction. Null when nothing was booked."""
    card_id: UUID | None
    """Id of the card. Null when nothing was booked."""
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
