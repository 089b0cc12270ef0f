"""What is booked on a card, and the answers to it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.fields import Notes, OrderReferenceText, Override, Quantity, Reason
from backend.staff_pins.schemas import Pin

PURCHASE_CENTS_MAX = 100_000_000


class BasketLine(Body):
    """A part of a sale. Several lines may have one category."""

    amount_cents: Annotated[int, Meta(ge=0, le=PURCHASE_CENTS_MAX, examples=[1990])]
    """What was paid for it, for all its pieces together."""
    category_id: UUID | None = None


class Earn(Body):
    purchase_amount_cents: Annotated[int, Meta(gt=0, le=PURCHASE_CENTS_MAX, examples=[2550])] | None = None
    """What was paid. Required without `lines`; with them it may be left out, and otherwise is their sum."""
    order_reference: OrderReferenceText | None = None
    category_ids: Annotated[list[UUID], Meta(max_length=10)] = []
    staff_pin: Pin | None = None
    override: Override | None = None
    occurred_at: datetime | None = None
    """When the sale happened on an offline device: at most 72 h ago, at most 5 min ahead."""
    notes: Notes | None = None
    lines: Annotated[list[BasketLine], Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    """The sale by its parts: their categories are recorded together with `category_ids`."""


class Stamp(Body):
    category_ids: Annotated[list[UUID], Meta(max_length=10)] = []
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
    staff_pin: Pin | None = None
    override: Override | None = None
    notes: Notes | None = None


class Adjustment(Body):
    points: Annotated[int, Meta(ge=-100_000, le=100_000, examples=[50])]
    reason: Reason
    staff_pin: Pin | None = None


class EarnView(Answer):
    transaction: TransactionView | None
    """None when the purchase is below the minimum: nothing was booked."""
    card: CardView
    points_earned: int
    undo_until: datetime | None


class EarnPreview(Answer):
    """What the sale would earn if it was booked now. Nothing is booked."""

    points_earned: int
    points_balance: int
    """The card's balance afterwards: what is owed is paid first."""
    reward_ready: bool
    """A reward could be redeemed at this store afterwards."""
    card: CardView
    """The card as it would be afterwards."""


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
