"""One call for the whole till page, and one for today's figures."""

import datetime as dt
from datetime import datetime
from uuid import UUID

from backend.core.enums import ProgramKind, TransactionKind, Unit
from backend.core.languages import LanguageName
from backend.core.schemas import Answer
from backend.loyalty.cards.schemas import CardView, OwnCardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.programs.schemas import ProgramView
from backend.merchants.schemas import StoreRef


class TillView(Answer):
    """All that the page of the till shows."""

    program: ProgramView
    """The program as this store's till needs it."""
    recent: list[TransactionView]
    """The store's last transactions, newest first, at most 8."""
    card: CardView | None
    """The card asked for with `card_id`. Null without it."""
    undo: "Undo | None"
    """The last booking of this session at this store, while it may still be undone. Null: none."""


class Undo(Answer):
    """A booking that may still be undone without a PIN."""

    transaction_id: UUID
    """Id of the transaction, to be voided."""
    until: datetime
    """Until then it may be undone (UTC)."""


class OwnBooking(Answer):
    """A line of the card's history as customers see it, without reasons, names of staff and order references."""

    kind: TransactionKind
    """What happened. `voided`: taken back. `reinstated`: a return was undone. `restored`: expired points given back.
    `transferred`: moved by a merge. Expect further kinds."""
    unit: Unit
    """What `amount` counts: `points` or `stamps`."""
    amount: int
    """Points or stamps: positive when added, negative when taken."""
    store: str | None
    """Code of the store. Null for what was done in an office or by the system."""
    purchase_amount_cents: int | None
    """Amount of the sale in cents; for a void, how much of the sale was returned. Null for everything else."""
    reward: str | None
    """Name of the reward that was handed over, in the reader's language. Null for everything else."""
    occurred_at: datetime
    """When it happened at the till (UTC)."""
    voided: bool
    """True when nothing of it is left to take back."""


class CardPage(Answer):
    """All that the customer's own page shows."""

    merchant_name: str
    """Name of the merchant."""
    store_code: str
    """Code of the store where the customer enrolled."""
    card: OwnCardView
    """The card."""
    transactions: list[OwnBooking]
    """The last twenty lines of the history, newest first."""
    privacy_url: str | None
    """Address of the merchant's privacy statement. Null: none."""
    store_language: LanguageName | None
    """Language of the store for readers without one of their own. Null: the merchant's."""
    merchant_language: LanguageName
    """Language of the merchant for readers without one of their own."""
    email_choices_url: str | None
    """Page on which the customer chooses emails; it opens without signing in, so keep it secret. Null for a card
    without a holder."""
    paused_store: str | None = None
    """Name of the store where the customer enrolled, when loyalty is switched off there. Null where it is live."""


class TodayFigures(Answer):
    """Figures of a day. Transactions that were voided since do not count, or only for what was not voided."""

    active_cards: int
    """Cards that are active now, enrolled at any time."""
    new_cards: int
    """Cards enrolled today."""
    points_issued: int
    """Points for purchases and as welcome bonus."""
    points_redeemed: int
    """Points paid for rewards."""
    stamps_issued: int
    """Stamps given."""
    rewards_redeemed: int
    """Pieces of rewards, full stamp cards included."""
    open_holds: int
    """Number of holds that are open at this moment."""


class StoreToday(Answer):
    """Today's figures of one store."""

    store: StoreRef
    """The store."""
    is_active: bool
    """False when the store is closed."""
    timezone: str
    """IANA time zone of the store, such as `Europe/Luxembourg`. Its days begin and end there."""
    date: dt.date
    """Today in the store's time zone."""
    figures: TodayFigures
    """Figures of this store."""


class TodayView(Answer):
    """Today's figures of a merchant. What was done in an office belongs to no store and does not count."""

    date: dt.date
    """Today in the merchant's time zone."""
    program_type: ProgramKind | None
    """What the program collects: `stamps`, `points` or both (`hybrid`). Null without a program."""
    figures: TodayFigures
    """The sum over all stores."""
    stores: list[StoreToday]
    """Figures of each store. Those that are closed come last."""
