"""One call for the whole till page."""

from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer
from backend.loyalty.cards.schemas import CardView, OwnCardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.programs.schemas import ProgramView


class TillView(Answer):
    program: ProgramView
    recent: list[TransactionView]
    """The store's last bookings, newest first, at most 8."""
    card: CardView | None
    """The card asked for with `card_id`."""
    undo: "Undo | None"
    """The last booking of this sign-in at this store, while it may still be undone."""


class Undo(Answer):
    transaction_id: UUID
    until: datetime


class OwnBooking(Answer):
    """A line of the history without what is between the merchant and its people: reasons, names, references."""

    kind: str
    """enrolled | welcome_bonus | earned | redeemed | voided | adjusted | expired | restored | …"""
    unit: str
    """points | stamps"""
    amount: int
    """Signed: what was added or taken."""
    store: str | None
    """Code of the store; None for what was done in an office."""
    purchase_amount_cents: int | None
    reward: str | None
    """Name of what was handed over."""
    occurred_at: datetime
    voided: bool
    """Nothing of it is left to take back."""


class CardPage(Answer):
    """The customer's own page."""

    merchant_name: str
    store_code: str
    card: OwnCardView
    transactions: list[OwnBooking]
    """The last twenty."""
    privacy_url: str | None
    store_language: str | None
    """Of readers who have wished for none; null: the merchant's."""
    merchant_language: str
