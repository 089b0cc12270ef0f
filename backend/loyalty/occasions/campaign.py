"""Queues marketing emails for customers who have an occasion. Safe to run twice, and at once.

A chunk of customers is read and written about without locks. Those who still have the occasion are then locked,
marked and queued for in one short transaction. Whether an email is still allowed is decided again when it is sent, by
`gate.py`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import update

from backend.core.database import Sessions
from backend.core.halves import by_halves
from backend.core.platform_settings import PlatformSettings
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.customers.models import Customer
from backend.loyalty.ledger.booking.checks import is_open
from backend.loyalty.ledger.tasks.expire import TaskReport
from backend.loyalty.marketing.queries import find_plan
from backend.loyalty.marketing.rules import GOOD_FOR, QuietHours
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.loyalty.occasions.due import CHUNK, DueCustomer, due_chunk, end_of_page, having
from backend.loyalty.occasions.holder import CardHolder, list_holders
from backend.loyalty.occasions.occasion import CampaignMoment, MarketingOccasion
from backend.merchants.models import Merchant
from backend.messaging.actions import new_mail
from backend.messaging.models import EmailLog
from backend.messaging.template_editing.queries import TextInForce, texts_in_force
from backend.messaging.template_editing.rendering import render_text

FIRST = UUID(int=0)
log = structlog.get_logger()


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
                await self._queue_all(merchant_id)
            except Exception as error:  # noqa: BLE001 - it is told, with its traceback
                self._fail(merchant_id, error)

    async def _queue_all(self, merchant_id: UUID) -> None:
        position: UUID | None = FIRST
        while position is not None and (found := await self._find_due(merchant_id, position)) is not None:
            at, due, position = found
            if due:
                await by_halves(due, partial(self._queue, at), lambda one, error: self._fail(one.customer_id, error))

    async def _find_due(
        self, merchant_id: UUID, position: UUID
    ) -> tuple[CampaignMoment, list[DueCustomer], UUID | None] | None:
        """The next chunk, and the position behind it; None when the merchant sends no such emails, or not any more."""
        async with self.sessions.committing(merchant_id) as session:
            plan = await find_plan(session, merchant_id)
            if plan is None:
                return None
            quiet = QuietHours.of(self.platform.limits)
            at = CampaignMoment(await session.get_one(Merchant, merchant_id), plan, self.now, quiet)
            is_due = self.occasion.due(at)
            if is_due is None:
                return None
            page = self.occasion.page
            end = await session.scalar(end_of_page(merchant_id, position, page)) if page else None
            due = [DueCustomer(*row) for row in await session.execute(due_chunk(merchant_id, is_due, position, end))]
            return at, due, due[-1].customer_id if len(due) == CHUNK else end

    async def _queue(self, at: CampaignMoment, due: Sequence[DueCustomer]) -> None:
        failures: dict[UUID, Exception] = {}
        mails = await self._write(at, due, failures)
        if mails:
            queued = await self._claim_and_queue(at, mails)
            self.report.count("processed", queued)
        self.report.done += len(due)
        for customer_id, error in failures.items():
            self._fail(customer_id, error)

    async def _write(
        self, at: CampaignMoment, due: Sequence[DueCustomer], failures: dict[UUID, Exception]
    ) -> dict[UUID, EmailLog]:
        """By customer. Those that cannot be written are added to `failures`."""
        merchant_id, template = at.merchant.id, self.occasion.template
        async with self.sessions.committing(merchant_id) as session:
            cards = [one.card_id for one in due]
            holders = await list_holders(session, merchant_id, cards, self.links, self.now)
            texts = await texts_in_force(session, template, merchant_id)
        mails = {}
        for customer_id, holder in ((one.customer_id, holders.get(one.card_id)) for one in due):
            try:
                if holder is not None and is_open(holder.state.setup):
                    mails[customer_id] = self._mail(at, holder, texts[holder.to.language])
            except Exception as error:  # noqa: BLE001 - it is told, with its traceback
                failures[customer_id] = error
            await asyncio.sleep(0)  # the worker's other jobs go on
        return mails

    def _mail(self, at: CampaignMoment, holder: CardHolder, text: TextInForce) -> EmailLog:
        to, template, unsubscribe_url = holder.to, self.occasion.template, self.unsubscribe_links.hidden_url
        rendered = render_text(
            text,
            template,
            self.occasion.say(holder, at),
            to.language,
            brand=to.brand,
            platform_name=self.platform.branding.platform_name,
            unsubscribe_url=unsubscribe_url,
        )
        return new_mail(
            at.merchant.id,
            template,
            rendered,
            recipient=to.customer.email,
            language=to.language,
            now=self.now,
            reply_to=to.brand.reply_to,
            card_id=to.card.id,
            unsubscribe_url=unsubscribe_url,
            expires_at=self.now + GOOD_FOR[template.code],
        )

    async def _claim_and_queue(self, at: CampaignMoment, mails: Mapping[UUID, EmailLog]) -> int:
        """How many emails are queued: for customers who still have the occasion and whom no other run has locked."""
        merchant_id, is_due = at.merchant.id, self.occasion.due(at)
        assert is_due is not None, "the merchant sends such emails"
        async with self.sessions.committing(merchant_id) as session:
            lock = having(merchant_id, is_due).where(Customer.id.in_(list(mails)))
            locked = await session.execute(lock.with_for_update(key_share=True, skip_locked=True, of=Customer))
            customers = [customer_id for customer_id, _ in locked]
            theirs = (Customer.merchant_id == merchant_id) & Customer.id.in_(customers)
            mark = update(Customer).where(theirs).values(self.occasion.mark(at))
            await session.execute(mark.execution_options(synchronize_session=False))
            session.add_all(mails[customer_id] for customer_id in customers)
        return len(customers)

    def _fail(self, failed_id: UUID, error: Exception) -> None:
        log.error("campaign_failed", failed_id=str(failed_id), template=self.occasion.template.code, exc_info=error)
        self.report.fail(failed_id, f"{type(error).__name__}: see the log of this time.")
