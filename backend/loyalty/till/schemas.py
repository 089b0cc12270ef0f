"""One call for the whole till page."""

from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.programs.schemas import ProgramView


class TillView(Answer):
    program: ProgramView
    recent: list[TransactionView]
    """The store's last bookings, newest first, at most 8."""
    card: CardView | None
    """The card asked for with `card_id`."""
    undo: "Undo | None"
    """The last booking of this user at this store, while it may still be undone."""


class Undo(Answer):
    transaction_id: UUID
    until: datetime


class CardPage(Answer):
    """The customer's own page."""

    merchant_name: str
    store_code: str
    card: CardView
    transactions: list[TransactionView]
    """The last twenty."""
    privacy_url: str | None
