"""A line of a card's history. The OpenAPI document names the page of them after this module."""

from datetime import datetime
from uuid import UUID

from backend.core.enums import TransactionKind, Unit
from backend.core.schemas import Answer
from backend.loyalty.cards.schemas import ListedCard


class TransactionView(Answer):
    """A line of a card's history. It is never changed or deleted."""

    id: UUID
    """Id of the transaction."""
    seq: int
    """Number of the line in the card's history, from 1 and without gaps."""
    card_id: UUID
    """Id of the card."""
    kind: TransactionKind
    """What happened. `voided`: taken back. `reinstated`: a return was undone. `restored`: expired points given back.
    `transferred`: moved by a merge. Expect further kinds."""
    unit: Unit
    """What `amount` counts: `points` or `stamps`."""
    amount: int
    """Points or stamps: positive when added, negative when taken."""
    points_balance: int
    """Points on the card after this transaction."""
    stamp_count: int
    """Stamps on the card after this transaction."""
    store: str | None
    """Code of the store. Null for what was done in an office or by the system."""
    user: str | None
    """Name of the person or of the API key that booked it. Null for the system and for customers."""
    on_behalf: str | None
    """Name of the platform's administrator who acted for the merchant. Null for everybody else."""
    customer: str | None
    """Name on the card. Null after the customer was erased."""
    purchase_amount_cents: int | None
    """Amount of the sale in cents; for a void, how much of the sale was returned. Null for everything else."""
    order_reference: str | None
    """Number on the receipt. Null: not given."""
    reward: str | None
    """Name of the reward that was handed over, in the reader's language. Null for everything else."""
    reason: str | None
    """Reason given for it. Null: none."""
    occurred_at: datetime
    """When it happened at the till (UTC). Earlier than `recorded_at` when the device was offline."""
    recorded_at: datetime
    """When it was booked (UTC)."""
    voids_id: UUID | None
    """Id of the transaction that this one takes back. Null when it takes back none."""
    quantity: int | None
    """Pieces of the reward, or full stamp cards, handed over or taken back. Null for everything else."""
    override: bool
    """True when a limit was lifted for it."""
    returned_cents: int
    """Cents of the sale that were returned since."""
    returned_quantity: int
    """Pieces of the reward that came back since."""
    voided: bool
    """True when nothing of it is left to take back."""
    undo_until: datetime | None
    """Until then the session that booked it may undo it without a PIN (UTC). Null: not any more."""
    store_id: UUID | None = None
    """Id of the store. Null as `store`."""
    user_id: UUID | None = None
    """Id of the person who booked it. Null as `user`."""
    device_id: UUID | None = None
    """Id of the tablet that booked it. Null for everything else."""
    reward_id: UUID | None = None
    """Id of the reward that was handed over. Null for a full stamp card and everything else."""
    card: ListedCard | None = None
    """The card as it is now, with `expand=card` of `listTransactions`. Null without it."""
