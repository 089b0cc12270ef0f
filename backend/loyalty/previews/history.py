"""What the merchant's cards have been through, a few hundred cards at a time."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions, enter_merchant
from backend.core.models import TenantRow
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.test_marks import is_of_real_customer
from backend.loyalty.ledger.booking.card import CardRow, HoldState, LotState
from backend.loyalty.ledger.booking.rows import MergeRow
from backend.loyalty.ledger.models.holds import Hold
from backend.loyalty.ledger.models.lots import Lot
from backend.loyalty.ledger.models.merges import CardMerge
from backend.loyalty.ledger.models.transactions import Transaction

CHUNK = 200
"""Cards read at once: memory stays bounded however many there are."""


@dataclass(frozen=True, slots=True)
class PastTransaction:
    """A transaction as it was booked."""

    id: UUID
    card_id: UUID
    seq: int
    kind: str
    unit: str
    amount: int
    store_id: UUID | None
    terms_version: int
    purchase_amount_cents: int | None
    quantity: int | None
    reward_id: UUID | None
    voids_id: UUID | None
    hold_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class CardHistory:
    """A card as it is, and how it came to be so."""

    card: CardRow
    lines: list[PastTransaction]
    holds: list[HoldState]
    """For rewards."""
    allowance_ids: frozenset[UUID]
    lots: list[LotState]
    """With something left."""


@dataclass(frozen=True, slots=True)
class Group:
    """A card, or several that were merged at some time: what happened to one concerns the others."""

    cards: list[CardHistory]
    merges: list[MergeRow]


async def read_groups(sessions: Sessions, merchant_id: UUID) -> AsyncIterator[list[Group]]:
    """Every card that is previewed once; each chunk is of one instant."""
    after: UUID | None = None
    partners = await _read_partners(sessions, merchant_id)
    while ids := await _next_ids(sessions, merchant_id, after):
        after = ids[-1]
        # A card that was merged comes with the first of its group.
        firsts = [partners.get(card_id, [card_id]) for card_id in ids]
        yield await _read(
            sessions, merchant_id, [group for card_id, group in zip(ids, firsts, strict=True) if group[0] == card_id]
        )


async def _read_partners(sessions: Sessions, merchant_id: UUID) -> dict[UUID, list[UUID]]:
    """For each card that was ever merged: all the cards it hangs together with, itself too, in order."""
    async with sessions.committing(merchant_id) as session:
        query = select(CardMerge.merged_card_id, CardMerge.kept_card_id).where(CardMerge.merchant_id == merchant_id)
        pairs = [tuple(row) for row in await session.execute(query)]
    groups: dict[UUID, list[UUID]] = {}
    for one, other in pairs:
        together = sorted({*groups.get(one, [one]), *groups.get(other, [other])})
        for card_id in together:
            groups[card_id] = together
    return groups


def previewed(merchant_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Without cards of test customers, but for those that were merged: a group is replayed whole."""
    of_card = or_(CardMerge.merged_card_id == Card.id, CardMerge.kept_card_id == Card.id)
    is_merged = exists().where(CardMerge.merchant_id == merchant_id, of_card)
    return Card.merchant_id == merchant_id, or_(is_of_real_customer(merchant_id, Card.customer_id), is_merged)


async def _next_ids(sessions: Sessions, merchant_id: UUID, after: UUID | None) -> list[UUID]:
    query = select(Card.id).where(*previewed(merchant_id)).order_by(Card.id).limit(CHUNK)
    async with sessions.committing(merchant_id) as session:
        return list(await session.scalars(query.where(Card.id > after) if after else query))


async def _read(sessions: Sessions, merchant_id: UUID, groups: list[list[UUID]]) -> list[Group]:
    ids = [card_id for group in groups for card_id in group]
    async with sessions.committing() as session:
        # Card, lines, lots and holds must be of one instant; bookings go on meanwhile.
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        await enter_merchant(session, merchant_id)
        histories = await _histories(session, merchant_id, ids)
        merges = _by(
            "kept_card_id", await _rows(session, MergeRow, CardMerge, merchant_id, CardMerge.kept_card_id.in_(ids))
        )
    return [
        Group([histories[card_id] for card_id in group], [merge for card_id in group for merge in merges[card_id]])
        for group in groups
    ]


async def _histories(session: AsyncSession, merchant_id: UUID, ids: list[UUID]) -> dict[UUID, CardHistory]:
    cards = await _rows(session, CardRow, Card, merchant_id, Card.id.in_(ids))
    lines = _by(
        "card_id", await _rows(session, PastTransaction, Transaction, merchant_id, Transaction.card_id.in_(ids))
    )
    holds = _by("card_id", await _rows(session, HoldState, Hold, merchant_id, Hold.card_id.in_(ids)))
    lots = _by("card_id", await _rows(session, LotState, Lot, merchant_id, Lot.card_id.in_(ids), Lot.remaining > 0))
    return {
        card.id: CardHistory(
            card,
            sorted(lines[card.id], key=lambda line: line.seq),
            [hold for hold in holds[card.id] if not hold.is_allowance],
            frozenset(hold.id for hold in holds[card.id] if hold.is_allowance),
            lots[card.id],
        )
        for card in cards
    }


async def _rows(
    session: AsyncSession, shape: type[Any], table: type[TenantRow], merchant_id: UUID, *conditions: ColumnElement[bool]
) -> list[Any]:
    """As plain values: a mapped object for each line would cost more than its replay."""
    names = getattr(shape, "__struct_fields__", None) or shape.__dataclass_fields__
    columns = [table.__table__.c[name] for name in names]
    query: Select[Any] = select(*columns).where(table.merchant_id == merchant_id, *conditions)
    return [shape(*row) for row in await session.execute(query)]


def _by(name: str, rows: Iterable[Any]) -> defaultdict[UUID, list[Any]]:
    by_value: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        by_value[getattr(row, name)].append(row)
    return by_value
