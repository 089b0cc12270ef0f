"""The language a customer has chosen, of their page, mails and passes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.events import record
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.events import CustomerChanged
from backend.loyalty.customers.models import Customer


async def change_language(
    session: AsyncSession, merchant_id: UUID, card_id: UUID, language: str, now: datetime
) -> None:
    """Of the card's holder; of a merged card, of the holder of the card that its page shows.

    Their passes are made anew when it is another one.
    """
    card_in_use_id = func.card_in_use(merchant_id, card_id)
    holder = (
        select(Card.customer_id).where(Card.merchant_id == merchant_id, Card.id == card_in_use_id).scalar_subquery()
    )
    customer_id = await session.scalar(
        update(Customer)
        .where(Customer.merchant_id == merchant_id, Customer.id == holder, Customer.language != language)
        .values(language=language)
        .returning(Customer.id)
    )
    if customer_id:
        record(session, merchant_id, CustomerChanged(customer_id), now)
