"""Finds a booking by what people have in hand: its id, the number of its receipt, or its idempotency key."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import column, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.loyalty.ledger.models.transactions import OrderReference, Transaction
from backend.loyalty.ledger.receipts import fold_reference
from backend.merchants.queries import list_merchant_codes

FOUND_MAX = 10


@dataclass(frozen=True, slots=True)
class FoundTransaction:
    id: UUID
    merchant_id: UUID
    merchant_code: str


async def find_transactions(sessions: Sessions, named: str, only: UUID | None) -> list[FoundTransaction]:
    """Newest first: several have a receipt's number, such as a sale and its return, or sales at two merchants."""
    found = []
    if named.isprintable():
        for merchant_id, code in await list_merchant_codes(sessions):
            if only in {None, merchant_id}:
                async with sessions.committing(merchant_id) as session:
                    ids = await _find_ids(session, merchant_id, named)
                found += [FoundTransaction(each, merchant_id, code) for each in ids]
    return sorted(found, key=lambda each: each.id, reverse=True)[:FOUND_MAX]


async def _find_ids(session: AsyncSession, merchant_id: UUID, named: str) -> list[UUID]:
    by_receipt = select(OrderReference.transaction_id).where(
        OrderReference.merchant_id == merchant_id, OrderReference.folded == fold_reference(named)
    )
    by_name = select(Transaction.id).where(
        Transaction.merchant_id == merchant_id,
        or_(Transaction.idempotency_key == named, Transaction.id == _as_id(named)),
    )
    newest_first = union(by_receipt, by_name).order_by(column("transaction_id").desc())
    return list(await session.scalars(newest_first.limit(FOUND_MAX)))


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
