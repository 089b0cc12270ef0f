"""Counts a merchant's customers: those who may be leaving, and those who have come."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.test_marks import is_of_real_customer
from backend.loyalty.retention.at_risk import CARDS, in_use, is_at_risk
from backend.loyalty.retention.intervals import count_visits
from backend.loyalty.retention.live import find_live_since
from backend.loyalty.retention.models import CustomerCount
from backend.loyalty.retention.rules import NEW, CustomerFigures
from backend.merchants.models import Merchant

CARDS_AT_ONCE = 500
FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class CustomerCounting:
    """In chunks of cards, so that each statement is short however many cards there are."""

    sessions: Sessions
    merchant_id: UUID
    now: datetime

    async def run(self) -> CustomerFigures:
        """Safe to repeat: the merchant's row says what was found last."""
        counts: Counter[str] = Counter(active=0, at_risk=0)
        position: UUID | None = FIRST
        while position is not None:
            async with self.sessions.committing(self.merchant_id) as session:
                position = await self._count_chunk(session, position, counts)
        async with self.sessions.committing(self.merchant_id) as session:
            figures = CustomerFigures(
                counts["active"],
                counts["at_risk"],
                await self._count_new(session),
                await find_live_since(session, self.merchant_id),
                self.now,
            )
            await self._keep(session, figures)
        return figures

    async def _count_chunk(self, session: AsyncSession, after: UUID, counts: Counter[str]) -> UUID | None:
        """Returns the last card of the chunk; None: there are no more."""
        following = (Card.merchant_id == self.merchant_id, Card.id > after)
        chunk = select(Card.id).where(*following).order_by(Card.id).limit(CARDS_AT_ONCE).subquery()
        last = await session.scalar(select(chunk.c.id).order_by(chunk.c.id.desc()).limit(1))
        if last is None:
            return None
        merchant = await session.get_one(Merchant, self.merchant_id)
        await count_visits(session, self.merchant_id, merchant.timezone, after, last)
        counted = select(func.count(), func.count().filter(is_at_risk(self.now))).select_from(CARDS)
        within = (*in_use(self.merchant_id), Card.id > after, Card.id <= last)
        active, at_risk = (await session.execute(counted.where(*within))).tuples().one()
        counts.update(active=active, at_risk=at_risk)
        return UUID(str(last))

    async def _count_new(self, session: AsyncSession) -> int:
        """A card that was merged was another one's double."""
        is_real = is_of_real_customer(self.merchant_id, Card.customer_id)
        is_new = (Card.merchant_id == self.merchant_id) & (Card.enrolled_at > self.now - NEW)
        return await session.scalar(select(func.count()).where(is_new, Card.state != "merged", is_real)) or 0

    async def _keep(self, session: AsyncSession, figures: CustomerFigures) -> None:
        values = figures._asdict()
        row = insert(CustomerCount).values(merchant_id=self.merchant_id, **values)
        await session.execute(row.on_conflict_do_update(index_elements=["merchant_id"], set_=values))
