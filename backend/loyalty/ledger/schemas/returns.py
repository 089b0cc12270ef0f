"""Taking back what was booked, by transaction or by receipt."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.fields import OrderReferenceText, Quantity, Reason
from backend.staff_pins.schemas import Pin, StaffId


class Void(Body):
    """Takes back what is left of the transaction, or a part: of a sale by amount, of a redemption by pieces."""

    amount_cents: Annotated[int, Meta(gt=0, le=100_000_000)] | None = None
    quantity: Quantity | None = None
    reason: Reason | None = None
    staff_id: StaffId = None
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
