"""“Send me my card again”: the question is written down, and answered by the worker, to the holder's email only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from backend.core.addresses import normalize_email
from backend.core.events import record
from backend.core.ids import new_id
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer
from backend.loyalty.enrollment.events import CardLinksAsked
from backend.loyalty.enrollment.models import CardLinkQuestion


async def ask_for_card_links(session: AsyncSession, merchant_id: UUID, email: str, now: datetime) -> None:
    """The same work for every address: nothing is looked up before the answer."""
    question = CardLinkQuestion(merchant_id=merchant_id, id=new_id(), email_norm=normalize_email(email), created_at=now)
    session.add(question)
    record(session, merchant_id, CardLinksAsked(question.id), now)


async def take_card_link_question(session: AsyncSession, merchant_id: UUID, question_id: UUID) -> list[UUID]:
    """The cards of the customer with that email; none when nobody has it, or when it was answered before."""
    question = delete(CardLinkQuestion).where(
        CardLinkQuestion.merchant_id == merchant_id, CardLinkQuestion.id == question_id
    )
    email_norm = await session.scalar(question.returning(CardLinkQuestion.email_norm))
    in_use = aliased(Card)
    cards = await session.execute(
        select(in_use.id, Card.id)
        .join(Customer, (Customer.merchant_id == Card.merchant_id) & (Customer.id == Card.customer_id))
        .join(in_use, and_(in_use.merchant_id == merchant_id, in_use.id == func.card_in_use(merchant_id, Card.id)))
        .where(Card.merchant_id == merchant_id, Customer.email_norm == email_norm, in_use.state == "active")
        .order_by(Card.merged_into_id.is_(None))
    )
    # The address of a merged card leads on; a customer who holds the other card themself gets that one's.
    return list(dict(cards.tuples().all()).values())
