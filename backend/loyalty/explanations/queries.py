"""Where a card's points and stamps came from and went to, in one statement."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.core.origin import Origin
from backend.loyalty.ledger.booking.card import LotState
from backend.loyalty.ledger.booking.checks import check_place
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.problems.cards import CardNotFound

EXPLAIN_CARD = "SELECT explain_card($1, $2, $3, $4, $5, $6)"
LOTS_IN_FULL = 30
"""Newest, and as many that end soonest, of each unit."""
PARTS_IN_FULL = 20


class TransactionFacts(msgspec.Struct, frozen=True):
    id: UUID
    kind: str
    unit: str
    amount: int
    store: str | None
    purchase_amount_cents: int | None
    order_reference: str | None
    reward: dict[str, str] | None
    quantity: int | None
    reason: str | None
    occurred_at: datetime
    voids_id: UUID | None
    terms_version: int
    points_numerator: int
    points_denominator: int
    published_at: datetime


class PartFacts(msgspec.Struct, frozen=True):
    """Movements of a lot: one, or several of the same kind together."""

    transaction_id: UUID | None
    """None: several."""
    kind: str
    """Of the transaction."""
    by_grant: bool
    """Moved by the very transaction that granted the lot."""
    amount: int
    """Positive: taken; negative: given back."""
    moves: int


class LotFacts(msgspec.Struct, frozen=True):
    lot: LotState
    source_id: UUID
    """The transaction that first granted it, on any card."""
    parts: list[PartFacts]


class OtherLots(msgspec.Struct, frozen=True):
    """All lots of a unit that are not told in full."""

    unit: str
    lots: int
    original: int
    remaining: int
    parts: list[PartFacts]


class DebtFacts(msgspec.Struct, frozen=True):
    transaction_id: UUID
    amount: int


class CardFacts(msgspec.Struct, frozen=True):
    state: CardState
    lots: list[LotFacts]
    others: list[OtherLots]
    debts: list[DebtFacts]
    debt_before: int
    transactions: list[TransactionFacts]


_facts = msgspec.json.Decoder(CardFacts)


async def get_facts(pool: asyncpg.Pool, origin: Origin, card_id: UUID) -> CardFacts:
    """Raises CardNotFound, also for a card that does not work at the asking store."""
    document = await pool.fetchval(
        EXPLAIN_CARD, origin.merchant_id, origin.store_id, card_id, LOTS_IN_FULL, PARTS_IN_FULL, origin.now
    )
    facts = _facts.decode(document) if document else None
    if facts is None:
        raise CardNotFound
    check_place(facts.state)
    return facts
