"""What the till books, and the answers to it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import SAYS_SOMETHING, Answer, Body
from backend.loyalty.cards.schemas import CardView, HoldView
from backend.staff_pins.schemas import Pin

Notes = Annotated[str, Meta(max_length=500)]
OrderReferenceText = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=r"^(?=.*\w)\S(?:.*\S)?$(?!\n)", examples=["R-2026-4711"])
]
"""Compared without case, blanks, dashes and number signs."""
Reason = Annotated[str, Meta(max_length=500, pattern=SAYS_SOMETHING, examples=["Sweater returned"])]


class Override(Body):
    """The owner, or somebody who may change the program, lifts the merchant's limits for this booking."""

    email: Annotated[str, Meta(max_length=254, examples=["owner@fashion.example"])]
    pin: Pin


class Earn(Body):
    purchase_amount_cents: Annotated[int, Meta(gt=0, le=100_000_000, examples=[2550])]
    order_reference: OrderReferenceText | None = None
    category_ids: Annotated[list[UUID], Meta(max_length=10)] = []
    staff_pin: Pin | None = None
    override: Override | None = None
    occurred_at: datetime | None = None
    """When the sale happened on an offline device: at most 72 h ago, at most 5 min ahead."""
    notes: Notes | None = None


class Stamp(Body):
    category_ids: Annotated[list[UUID], Meta(max_length=10)] = []
    staff_pin: Pin | None = None
    override: Override | None = None
    notes: Notes | None = None
    occurred_at: datetime | None = None


Quantity = Annotated[int, Meta(ge=1, le=20)]


class Redemption(Body):
    """Either a reward paid in points, or the full stamp card."""

    reward_id: UUID | None = None
    unit: Literal["points", "stamps"] = "points"
    quantity: Quantity = 1
    order_reference: OrderReferenceText | None = None
    staff_pin: Pin | None = None
    override: Override | None = None
    notes: Notes | None = None


class Reservation(Body):
    """Sets points or stamps aside for a reward, for ten minutes."""

    reward_id: UUID | None = None
    unit: Literal["points", "stamps"] = "points"
    quantity: Quantity = 1
    staff_pin: Pin | None = None


class Confirmation(Body):
    quantity: Quantity | None = None
    """Fewer pieces than were set aside: the rest is released. All of them when left out."""
    staff_pin: Pin | None = None
    override: Override | None = None
    notes: Notes | None = None


class Release(Body):
    pass


class Void(Body):
    """Takes back what is left of the transaction, or a part: of a sale by amount, of a redemption by pieces."""

    amount_cents: Annotated[int, Meta(gt=0, le=100_000_000)] | None = None
    quantity: Quantity | None = None
    reason: Reason | None = None
    staff_pin: Pin | None = None


class OrderReturn(Void, kw_only=True):
    """By the order's reference: all that was booked for it, or a part of its sale."""

    order_reference: OrderReferenceText
    transaction_ids: Annotated[list[UUID], Meta(min_length=1, max_length=100)] | None = None
    """Those of the preview's `lines`: what has the number by now is taken back only if it is still these."""


class OrderQuestion(Body):
    """What a return of the order would take back."""

    order_reference: OrderReferenceText
    amount_cents: Annotated[int, Meta(gt=0, le=100_000_000)] | None = None


class Adjustment(Body):
    points: Annotated[int, Meta(ge=-100_000, le=100_000, examples=[50])]
    reason: Reason
    staff_pin: Pin | None = None


class TransactionView(Answer):
    id: UUID
    seq: int
    """Place in the card's history, without gaps."""
    card_id: UUID
    kind: str
    """enrolled | welcome_bonus | earned | redeemed | voided | reinstated | adjusted | expired | restored | …"""
    unit: str
    """points | stamps"""
    amount: int
    """Signed: what was added or taken."""
    points_balance: int
    stamp_count: int
    """Balances after this transaction."""
    store: str | None
    """None for what was done in an office."""
    user: str | None
    on_behalf: str | None
    """Name of the platform admin who acted for the merchant."""
    customer: str | None
    """Name on the card; None after erasure."""
    purchase_amount_cents: int | None
    order_reference: str | None
    reward: str | None
    """Name of what was handed over."""
    reason: str | None
    occurred_at: datetime
    recorded_at: datetime
    voids_id: UUID | None
    """The transaction this one takes back."""
    quantity: int | None
    """Pieces of a reward, or full stamp cards, handed over or taken back."""
    override: bool
    """A limit was lifted for it."""
    returned_cents: int
    """How much of the sale was returned since."""
    returned_quantity: int
    """How many pieces came back since."""
    voided: bool
    """Nothing of it is left to take back."""
    undo_until: datetime | None
    """Until then the sign-in that booked it may undo it without a PIN."""


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


class ReservationView(Answer):
    hold: HoldView
    card: CardView


class VoidView(Answer):
    transactions: list[TransactionView]
    card: CardView


class OrderLine(Answer):
    """A booking of the order, of which something is left to take back."""

    transaction_id: UUID
    kind: str
    """earned | redeemed"""
    unit: str
    """points | stamps"""
    amount: int
    """Signed: what it added or took."""
    store: str | None
    """Code of the store that booked it."""
    occurred_at: datetime
    purchase_amount_cents: int | None
    returning_cents: int | None
    """How much of the sale would come back."""
    reward: str | None
    quantity: int | None
    returning_quantity: int | None
    """How many pieces would come back."""


class OrderPreview(Answer):
    """What a return of the order would take back, of whom. Nothing is booked."""

    order_reference: str
    """As it was booked."""
    customer: str
    code: str
    """Of the card."""
    lines: list[OrderLine]
    points: int
    """Signed: what the balance would change by, less what would be owed."""
    stamps: int
    card: CardView
    """As it would be afterwards."""


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


class Standing(Body):
    reason: Annotated[Reason, Meta(examples=["Reported stolen"])]


class StandingView(Answer):
    transaction: TransactionView
    card: CardView


class Replacement(Body):
    reason: Annotated[Reason, Meta(examples=["Lost"])]
    staff_pin: Pin | None = None


class ReplacementView(Answer):
    card: CardView
    """With its new code."""


class Relinking(Body):
    """Nothing to say but which card, which is in the address."""


class RelinkingView(Answer):
    card: CardView
    """With its new page and the new addresses of its passes."""


class Merge(Body):
    other_card_id: UUID
    """The card that ends; what it holds goes to the card in the address."""
    reason: Annotated[Reason, Meta(examples=["Enrolled twice"])]


class MergeReversal(Body):
    reason: Annotated[Reason, Meta(examples=["Two people of one name"])]


class MergeView(Answer):
    merge_id: UUID
    merged_at: datetime
    reversible_until: datetime
    reversed_at: datetime | None
    transactions: list[TransactionView]
    """What was moved, on both cards; for points and for stamps they add up to nothing."""
    card: CardView
    """The card that was kept."""
    other_card: CardView
    """The card that was merged into it."""
