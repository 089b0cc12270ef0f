"""The language a customer has chosen, of their page, mails and passes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

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
    await _change(session, merchant_id, Customer.id == holder, language, now)


async def change_language_of(
    session: AsyncSession, merchant_id: UUID, customer_id: UUID, language: str, now: datetime
) -> None:
    """Of the customer, and of the holders of the cards that go on in place of their merged ones."""
    in_use = aliased(Card)
    holders = (
        select(in_use.customer_id)
        .join(Card, and_(Card.merchant_id == merchant_id, in_use.id == func.card_in_use(merchant_id, Card.id)))
        .where(in_use.merchant_id == merchant_id, Card.customer_id == customer_id)
    )
    who = or_(Customer.id == customer_id, Customer.id.in_(holders))
    await _change(session, merchant_id, who, language, now)


async def _change(
    session: AsyncSession, merchant_id: UUID, who: ColumnElement[bool], language: str, now: datetime
) -> None:
    changed = await session.scalars(
        update(Customer)
        .where(Customer.merchant_id == merchant_id, who, Customer.language != language)
        .values(language=language)
        .returning(Customer.id)
        .execution_options(synchronize_session=False)
    )
    for customer_id in changed.all():
        record(session, merchant_id, CustomerChanged(customer_id), now)
