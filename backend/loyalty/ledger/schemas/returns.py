"""Taking back what was booked, by transaction or by receipt."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.enums import TransactionKind, Unit
from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.fields import OrderReferenceText, Quantity, Reason
from backend.staff_pins.schemas import Pin


class Void(Body):
    """Takes back what is left of a transaction, or a part: of a sale by amount, of a redemption by pieces."""

    amount_cents: Annotated[int, Meta(gt=0, le=100_000_000)] | None = None
    """How much of the sale is returned, in cents. Null: all that is left."""
    quantity: Quantity | None = None
    """How many pieces of the reward come back. Null: all that are left."""
    reason: Reason | None = None
    staff_pin: Pin | None = None


class OrderReturn(Void, kw_only=True):
    """Takes back all that was booked for an order, or a part of its sale."""

    order_reference: OrderReferenceText
    transaction_ids: Annotated[list[UUID], Meta(min_length=1, max_length=100)] | None = None
    """Ids from `lines` of the preview: nothing is taken back if others have the reference by now. Null: not checked."""


class OrderQuestion(Body):
    """Asks what a return of the order would take back."""

    order_reference: OrderReferenceText
    amount_cents: Annotated[int, Meta(gt=0, le=100_000_000)] | None = None
    """How much of the sale would be returned, in cents. Null: all that is left."""


class VoidView(Answer):
    """What was taken back."""

    transactions: list[TransactionView]
    """The new lines of the history, one for each transaction that was taken back."""
    card: CardView
    """The card after the booking."""


class OrderLine(Answer):
    """A transaction of the order of which something is left to take back."""

    transaction_id: UUID
    """Id of the transaction."""
    kind: TransactionKind
    """`earned`: a sale. `redeemed`: a reward."""
    unit: Unit
    """What `amount` counts: `points` or `stamps`."""
    amount: int
    """Points or stamps: positive when added, negative when taken."""
    store: str | None
    """Code of the store that booked it."""
    occurred_at: datetime
    """When it happened at the till (UTC)."""
    purchase_amount_cents: int | None
    """Amount of the sale in cents. Null for a reward."""
    returning_cents: int | None
    """How much of the sale would come back, in cents. Null for a reward."""
    reward: str | None
    """Name of the reward that was handed over, in the reader's language. Null for a sale."""
    quantity: int | None
    """Pieces of the reward that were handed over. Null for a sale."""
    returning_quantity: int | None
    """Pieces of the reward that would come back. Null for a sale."""


class OrderPreview(Answer):
    """What a return of the order would take back, and of whom. Nothing is booked."""

    order_reference: str
    """The order reference as it was booked."""
    customer: str
    """Name on the card."""
    code: str
    """Code of the card."""
    lines: list[OrderLine]
    """Transactions of the order of which something is left to take back."""
    points: int
    """Change of the points balance, less what would be owed. Negative: points would be taken."""
    stamps: int
    """Change of the number of stamps. Negative: stamps would be taken."""
    card: CardView
    """The card as it would be after the return."""
