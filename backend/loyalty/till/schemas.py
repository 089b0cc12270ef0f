"""One call for the whole till page, and one for today's figures."""

import datetime as dt
from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer
from backend.loyalty.cards.schemas import CardView, OwnCardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.programs.schemas import ProgramView
from backend.merchants.schemas import StoreRef


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
    email_choices_url: str | None
    """The page on which the customer chooses emails (a capability); null for a card without a holder."""
    paused_store: str | None = None
    """The store where the card was enrolled, when loyalty is switched off there; null where it is live."""


class TodayFigures(Answer):
    """Transactions that were voided since count for nothing, or for the part that was not voided."""

    active_cards: int
    """Enrolled at any time, and active now."""
    new_cards: int
    """Enrolled today."""
    points_issued: int
    """For purchases, and as welcome bonus."""
    points_redeemed: int
    stamps_issued: int
    rewards_redeemed: int
    """Pieces, full stamp cards included."""
    open_holds: int
    """Points or stamps held for a reward at this moment."""


class StoreToday(Answer):
    store: StoreRef
    is_active: bool
    timezone: str
    date: dt.date
    """Today in the store's time zone."""
    figures: TodayFigures


class TodayView(Answer):
    """Today's figures of a merchant. What was done in an office belongs to no store and is not counted."""

    date: dt.date
    """Today in the merchant's time zone."""
    program_type: str | None
    """points | stamps | hybrid; null without a program."""
    figures: TodayFigures
    """The sum over the stores."""
    stores: list[StoreToday]
    """Those that are closed come last."""
