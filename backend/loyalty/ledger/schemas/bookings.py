"""What is booked on a card, and the answers to it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.fields import Notes, OrderReferenceText, Override, Quantity, Reason
from backend.staff_pins.schemas import Pin


class Earn(Body):
    """Points for a sale."""

    purchase_amount_cents: Annotated[int, Meta(gt=0, le=100_000_000, examples=[2550])]
    """What was paid, in cents of the merchant's currency."""
    order_reference: OrderReferenceText | None = None
    category_ids: Annotated[list[UUID], Meta(max_length=10)] = []
    """Ids of what was bought, for statistics; at most 10. Required where the store has categories."""
    staff_pin: Pin | None = None
    override: Override | None = None
    """Lifts the merchant's limits for this booking. Null: limits apply."""
    occurred_at: datetime | None = None
    """When the sale happened on an offline device: at most 72 h ago, at most 5 min ahead. Null: now."""
    notes: Notes | None = None


class Stamp(Body):
    """A stamp for a visit."""

    category_ids: Annotated[list[UUID], Meta(max_length=10)] = []
    """Ids of what was bought, for statistics; at most 10."""
    staff_pin: Pin | None = None
    override: Override | None = None
    """Lifts the merchant's limits for this booking. Null: limits apply."""
    notes: Notes | None = None
    occurred_at: datetime | None = None
    """When the sale happened on an offline device: at most 72 h ago, at most 5 min ahead. Null: now."""


class Redemption(Body):
    """Redeems a reward for points, or the full stamp card."""

    reward_id: UUID | None = None
    """Id of the reward that is paid in points. Null for the full stamp card."""
    unit: Literal["points", "stamps"] = "points"
    """`points`: redeems `reward_id`. `stamps`: redeems the full stamp card."""
    quantity: Quantity = 1
    order_reference: OrderReferenceText | None = None
    staff_pin: Pin | None = None
    override: Override | None = None
    """Lifts the merchant's limits for this booking. Null: limits apply."""
    notes: Notes | None = None


class Adjustment(Body):
    """Corrects a balance by hand."""

    points: Annotated[int, Meta(ge=-100_000, le=100_000, examples=[50])]
    """Points to add, or to take when negative. Not 0."""
    reason: Reason
    staff_pin: Pin | None = None


class EarnView(Answer):
    """The sale as booked."""

    transaction: TransactionView | None
    """The new line of the history. Null when the purchase is below the minimum and nothing was booked."""
    card: CardView
    """The card after the booking."""
    points_earned: int
    """Points that the sale has given, those that paid debt included."""
    undo_until: datetime | None
    """Until then the session that booked it may undo it without a PIN (UTC). Null when nothing was booked."""


class StampView(Answer):
    """The stamp as booked."""

    transaction: TransactionView
    """The new line of the history."""
    card: CardView
    """The card after the booking."""
    reward_ready: bool
    """True when the stamp card is full now."""
    undo_until: datetime
    """Until then the session that booked it may undo it without a PIN (UTC)."""


class RedemptionView(Answer):
    """The redemption as booked."""

    transaction: TransactionView
    """The new line of the history."""
    card: CardView
    """The card after the booking."""
    undo_until: datetime
    """Until then the session that booked it may undo it without a PIN (UTC)."""


class AdjustmentView(Answer):
    """The adjustment as booked."""

    transaction: TransactionView
    """The new line of the history."""
    card: CardView
    """The card after the booking."""


class ManualAdjustment(Body):
    """Corrects a balance in the office, by somebody who has signed in themself, so without a PIN."""

    points: Annotated[int, Meta(ge=-100_000, le=100_000, examples=[50])]
    """Points to add, or to take when negative. Not 0."""
    reason: Reason


class Restoration(Body):
    """Gives expired points back."""

    points: Annotated[int, Meta(gt=0, le=1_000_000, examples=[120])]
    """Points to give back: at most what has expired on the card and was not restored before."""
    reason: Annotated[Reason, Meta(examples=["Was in hospital"])]


class RestorationView(Answer):
    """The restoration as booked."""

    transaction: TransactionView
    """The new line of the history."""
    card: CardView
    """The card after the booking."""
