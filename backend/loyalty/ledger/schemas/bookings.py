"""What is booked on a card, and the answers to it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.fields import Notes, OrderReferenceText, Override, Quantity, Reason
from backend.staff_pins.schemas import Pin, StaffId


class Earn(Body):
    purchase_amount_cents: Annotated[int, Meta(gt=0, le=100_000_000, examples=[2550])]
    order_reference: OrderReferenceText | None = None
    category_ids: Annotated[list[UUID], Meta(max_length=10)] = []
    staff_id: StaffId = None
    staff_pin: Pin | None = None
    override: Override | None = None
    occurred_at: datetime | None = None
    """When the sale happened on an offline device: at most 72 h ago, at most 5 min ahead."""
    notes: Notes | None = None


class Stamp(Body):
    category_ids: Annotated[list[UUID], Meta(max_length=10)] = []
    staff_id: StaffId = None
    staff_pin: Pin | None = None
    override: Override | None = None
    notes: Notes | None = None
    occurred_at: datetime | None = None


class Redemption(Body):
    """Either a reward paid in points, or the full stamp card."""

    reward_id: UUID | None = None
    unit: Literal["points", "stamps"] = "points"
    quantity: Quantity = 1
    order_reference: OrderReferenceText | None = None
    staff_id: StaffId = None
    staff_pin: Pin | None = None
    override: Override | None = None
    notes: Notes | None = None


class Adjustment(Body):
    points: Annotated[int, Meta(ge=-100_000, le=100_000, examples=[50])]
    reason: Reason
    staff_id: StaffId = None
    staff_pin: Pin | None = None


class EarnView(Answer):
    transaction: TransactionView | None
    """None when the purchase is below the minimum: nothing was booked."""
    card: CardView
    points_earned: int
    undo_until: datetime | None


class StampView(Answer):
    transaction: TransactionView
    card: CardView
    reward_ready: bool
    undo_until: datetime


class RedemptionView(Answer):
    transaction: TransactionView
    card: CardView
    undo_until: datetime


class AdjustmentView(Answer):
    transaction: TransactionView
    card: CardView


class ManualAdjustment(Body):
    """In an office: by somebody who has signed in themself, so without a PIN."""

    points: Annotated[int, Meta(ge=-100_000, le=100_000, examples=[50])]
    reason: Reason


class Restoration(Body):
    points: Annotated[int, Meta(gt=0, le=1_000_000, examples=[120])]
    """At most what has expired on the card and was not restored before."""
    reason: Annotated[Reason, Meta(examples=["Was in hospital"])]


class RestorationView(Answer):
    transaction: TransactionView
    card: CardView
