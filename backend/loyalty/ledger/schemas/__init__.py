"""A line of a card's history. The OpenAPI document names the page of them after this module."""

from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer


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
    store_id: UUID | None = None
    user_id: UUID | None = None
    device_id: UUID | None = None
    reward_id: UUID | None = None
    """Ids of what is named above, for callers that keep lists of their own."""
