"""Queues marketing emails for customers who have an occasion. Safe to run twice, and at once.

A customer is marked in the transaction that queues the email. Whether it is still allowed is decided again when it is
sent, by `gate.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.core.platform_settings import PlatformSettings
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer
from backend.loyalty.ledger.booking.checks import is_open
from backend.loyalty.ledger.tasks.expire import TaskReport
from backend.loyalty.marketing.models import MarketingPlan
from backend.loyalty.marketing.queries import find_plan
from backend.loyalty.marketing.rules import GOOD_FOR, QuietHours
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.loyalty.occasions.holder import CardHolder, find_holder
from backend.merchants.models import Merchant
from backend.messaging.actions import queue_mail
from backend.messaging.templates.declaration import MailTemplate, MailValues

CHUNK = 500
FIRST = UUID(int=0)
LAST_CARD = (
    select(Card.id, Card.last_activity_at)
    .where(Card.merchant_id == Customer.merchant_id, Card.customer_id == Customer.id, Card.state == "active")
    .order_by(Card.last_activity_at.desc(), Card.id)
    .limit(1)
    .lateral("last_card")
)
"""The card that a customer has used last."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CampaignMoment:
    """A merchant's plan, and when a campaign runs for the merchant."""

    merchant: Merchant
    plan: MarketingPlan
    now: datetime
    quiet: QuietHours


class MarketingOccasion(ABC):
    """What a campaign is about."""

    template: MailTemplate[Any]

    @abstractmethod
    def due(self, at: CampaignMoment) -> ColumnElement[bool] | None:
        """Which customers have it; None when the merchant does not want such emails."""

    @abstractmethod
    def mark(self, customer: Customer, at: CampaignMoment) -> None:
        """So that the customer does not get a second email on this occasion."""

    @abstractmethod
    def say(self, holder: CardHolder, at: CampaignMoment) -> MailValues: ...


@dataclass(frozen=True, slots=True)
class Campaign:
    """Counts `processed` customers; a failure of one customer, or of one merchant, never stops the others."""

    occasion: MarketingOccasion
    sessions: Sessions
    links: CardLinks
    unsubscribe_links: UnsubscribeLinks
    platform: PlatformSettings
    now: datetime
    report: TaskReport

    async def run(self, merchants: Sequence[UUID]) -> None:
        for merchant_id in merchants:
            try:
                position: UUID | None = FIRST
                while position is not None:
                    position = await self._queue_chunk(merchant_id, position)
            except Exception as error:
                log.exception("campaign_failed", merchant_id=str(merchant_id), template=self.occasion.template.code)
                self.report.fail(merchant_id, f"{type(error).__name__}: see the log of this time.")

    async def _queue_chunk(self, merchant_id: UUID, position: UUID) -> UUID | None:
        """Returns where the next chunk begins; None after the last one."""
        async with self.sessions.committing(merchant_id) as session:
            at = await self._moment(session, merchant_id)
            due = self.occasion.due(at) if at else None
            if at is None or due is None:
                return None
            rows = (await session.execute(_chunk(merchant_id, due, position))).tuples().all()
            for customer, card_id in rows:
                await self._queue(session, customer, card_id, at)
        return rows[-1][0].id if len(rows) == CHUNK else None

    async def _moment(self, session: AsyncSession, merchant_id: UUID) -> CampaignMoment | None:
        plan = await find_plan(session, merchant_id)
        return (
            CampaignMoment(
                await session.get_one(Merchant, merchant_id), plan, self.now, QuietHours.of(self.platform.limits)
            )
            if plan
            else None
        )

    async def _queue(self, session: AsyncSession, customer: Customer, card_id: UUID, at: CampaignMoment) -> None:
        try:
            async with session.begin_nested():
                holder = await find_holder(session, customer.merchant_id, card_id, self.links, self.now)
                if holder is not None and is_open(holder.state.setup):
                    await self._queue_mail(session, holder, at)
                    self.occasion.mark(customer, at)
                    self.report.count("processed")
        except Exception as error:
            log.exception("campaign_failed", customer_id=str(customer.id), template=self.occasion.template.code)
            self.report.fail(customer.id, f"{type(error).__name__}: see the log of this time.")
        self.report.done += 1

    async def _queue_mail(self, session: AsyncSession, holder: CardHolder, at: CampaignMoment) -> None:
        to, template = holder.to, self.occasion.template
        await queue_mail(
            session,
            to.card.merchant_id,
            template,
            self.occasion.say(holder, at),
            recipient=to.customer.email,
            language=to.language,
            now=self.now,
            brand=to.brand,
            platform_name=self.platform.branding.platform_name,
            card_id=to.card.id,
            unsubscribe_url=self.unsubscribe_links.hidden_url,
            expires_at=self.now + GOOD_FOR[template.code],
        )


def _chunk(merchant_id: UUID, due: ColumnElement[bool], position: UUID) -> Select[tuple[Customer, UUID]]:
    """Customers who have consented, each with a card; those that another run has locked are its own."""
    return (
        select(Customer, LAST_CARD.c.id)
        .join(LAST_CARD, true())
        .where(
            Customer.merchant_id == merchant_id,
            Customer.marketing_consented_at.is_not(None),
            Customer.id > position,
            due,
        )
        .order_by(Customer.id)
        .limit(CHUNK)
        .with_for_update(key_share=True, skip_locked=True, of=Customer)
    )
