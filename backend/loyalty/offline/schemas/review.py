"""What waits for a person, and what they decide."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import SAYS_SOMETHING, Answer, Body
from backend.loyalty.offline.schemas.batches import OperationKey, OperationName, ProblemContent, ReasonCode

ReviewDecisionKind = Literal["book", "dismiss"]
DecidedState = Literal["booked", "dismissed"]
SentContent = Annotated[dict[str, Any], Meta(examples=[{"op": "stamp"}])]


class ReviewItem(Answer):
    """An operation that waits for a person, with everything the tablet sent."""

    id: UUID
    """Id to decide it by."""
    device_id: UUID
    """Id of the tablet."""
    device_name: Annotated[str, Meta(examples=["Counter left"])]
    """Name of the tablet."""
    store_code: str
    """Code of the store of the tablet."""
    operation_id: OperationKey
    """Id that the tablet gave the operation."""
    op: OperationName | None
    """`points`, `stamp`, `enroll`, `void` or `redeem`. Null: unreadable."""
    reason: ReasonCode
    """Why it waits: a stable code."""
    explanation: Annotated[str, Meta(examples=["It arrived too long after it happened."])]
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
    reward: Annotated[str, Meta(examples=["10 € voucher"])] | None
    """Name of the reward that was redeemed. Null for everything else, and for the full stamp card."""
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
    """False for what can only be dismissed, or what the reader may not book at the till."""


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
