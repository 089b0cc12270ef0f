"""What somebody who knows only codes means."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from backend.core.database import Sessions
from backend.loyalty.cards.code import normalize
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.problems import CardNotFound
from backend.loyalty.wallets.due import Scope, merchants_of
from backend.merchants.models import Merchant
from backend.merchants.queries import get_merchant_id
from backend.operations.wallets.schemas import SyncRequest


async def scope_of(sessions: Sessions, asked: SyncRequest) -> Scope:
    """Raises MerchantNotFound or CardNotFound."""
    merchant_id = await get_merchant_id(sessions, asked.merchant_code) if asked.merchant_code else None
    if asked.card_code is None:
        return Scope(merchant_id, only_failed=asked.only_failed)
    card = await find_card(sessions, asked.card_code, merchant_id)
    return Scope(card.merchant_id, card.card_id, asked.only_failed)


@dataclass(frozen=True, slots=True)
class FoundCard:
    merchant_id: UUID
    card_id: UUID
    merchant_code: str


async def find_card(sessions: Sessions, code: str, merchant_id: UUID | None = None) -> FoundCard:
    """By its code, of whatever merchant. Raises CardNotFound."""
    normalized = normalize(code)
    if normalized is None:
        raise CardNotFound
    for candidate in await merchants_of(sessions, Scope(merchant_id)):
        found = (
            select(Card.id, Merchant.code)
            .join(Merchant, Merchant.id == Card.merchant_id)
            .where(Card.merchant_id == candidate, Card.code == normalized)
        )
        async with sessions.committing(candidate) as session:
            row = (await session.execute(found)).one_or_none()
        if row is not None:
            return FoundCard(candidate, row[0], row[1])
    raise CardNotFound
