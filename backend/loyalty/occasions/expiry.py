"""The emails about points that expire soon or have expired: reactions to many events of one merchant at once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.models import Event
from backend.core.platform_settings import EffectiveSettings
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.ledger.rules.expiry import expiry_of
from backend.loyalty.ledger.rules.lots import live_lots
from backend.loyalty.occasions.holder import CardHolder, list_holders
from backend.loyalty.occasions.rules import is_worth_telling
from backend.messaging.actions import new_mail
from backend.messaging.models import EmailLog
from backend.messaging.template_editing.queries import texts_in_force
from backend.messaging.template_editing.rendering import render_text
from backend.messaging.templates.catalog.loyalty_points_expired import (
    LOYALTY_POINTS_EXPIRED,
    ExpiredFacts,
    PointsExpiredValues,
)
from backend.messaging.templates.catalog.loyalty_points_expiring import (
    LOYALTY_POINTS_EXPIRING,
    ExpiryFacts,
    PointsExpiringValues,
)
from backend.messaging.templates.declaration import MailTemplate, ValuesT

ONE_RUN = timedelta(hours=12)
"""Cards of one person that expire within this time were booked by one run."""
INSTANT = timedelta(microseconds=1)

Holders = dict[UUID, CardHolder]


@dataclass(frozen=True, slots=True)
class ExpiryMails:
    """Bulk reactions. An email goes to the holder of the card; a card without a holder causes none."""

    links: CardLinks
    live: EffectiveSettings

    async def mail_loyalty_points_expiring(self, session: AsyncSession, events: Sequence[Event]) -> None:
        holders = await self._holders(session, events)
        await self._queue(session, LOYALTY_POINTS_EXPIRING, _told(events, holders), _points_expiring)

    async def mail_loyalty_points_expired(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Not for stamps, not for a few leftover points, and once for all cards of a person."""
        holders = await self._holders(session, events)
        of_points = await _of_points(session, events)
        worth = [(event, holder) for event, holder in _told(of_points, holders) if _is_worth_telling(event, holder)]
        unsent = await _unsent_in_this_run(session, worth)
        await self._queue(session, LOYALTY_POINTS_EXPIRED, unsent, _points_expired)

    async def _holders(self, session: AsyncSession, events: Sequence[Event]) -> Holders:
        cards = sorted({_card_of(event) for event in events})
        return await list_holders(session, events[0].merchant_id, cards, self.links, clock.now())

    async def _queue(
        self,
        session: AsyncSession,
        template: MailTemplate[ValuesT],
        told: Sequence[tuple[Event, CardHolder]],
        values_of: Callable[[Event, CardHolder], ValuesT],
    ) -> None:
        if not told:
            return
        merchant_id = told[0][0].merchant_id
        texts = await texts_in_force(session, template, merchant_id)
        for event, holder in told:
            to = holder.to
            rendered = render_text(
                texts[to.language],
                template,
                values_of(event, holder),
                to.language,
                brand=to.brand,
                platform_name=self.live.current.branding.platform_name,
            )
            session.add(
                new_mail(
                    merchant_id,
                    template,
                    rendered,
                    recipient=to.customer.email,
                    language=to.language,
                    now=clock.now(),
                    reply_to=to.brand.reply_to,
                    card_id=to.card.id,
                )
            )
            await asyncio.sleep(0)  # the worker's other jobs go on


def _told(events: Sequence[Event], holders: Holders) -> list[tuple[Event, CardHolder]]:
    return [(event, holders[_card_of(event)]) for event in events if _card_of(event) in holders]


def _card_of(event: Event) -> UUID:
    return UUID(event.data["card_id"])


def _points_expiring(event: Event, holder: CardHolder) -> PointsExpiringValues:
    expires_at = datetime.fromisoformat(event.data["expires_at"])
    last_day = (expires_at.astimezone(_zone(holder)) - INSTANT).date()
    moment = holder.state.moment(holder.now)
    lots = [lot for lot in live_lots(holder.state.lots, "points", moment) if expiry_of(lot, moment) == expires_at]
    is_kept_by_visit = bool(lots) and all(lot.idle_days is not None for lot in lots)
    expiry = ExpiryFacts(event.data["points"], last_day, last_day if is_kept_by_visit else None)
    return PointsExpiringValues(**holder.facts, expiry=expiry)


def _points_expired(event: Event, holder: CardHolder) -> PointsExpiredValues:
    return PointsExpiredValues(**holder.facts, expired=ExpiredFacts(event.data["points"]))


async def _of_points(session: AsyncSession, events: Sequence[Event]) -> list[Event]:
    """Without those of stamps."""
    booked = [UUID(event.data["transaction_id"]) for event in events]
    of_points = select(Transaction.id).where(
        Transaction.merchant_id == events[0].merchant_id, Transaction.id.in_(booked), Transaction.unit == "points"
    )
    found = set(await session.scalars(of_points))
    return [event for event in events if UUID(event.data["transaction_id"]) in found]


def _is_worth_telling(event: Event, holder: CardHolder) -> bool:
    cheapest = min((reward.points_required for reward in holder.view.rewards), default=None)
    return is_worth_telling(event.data["points"], cheapest)


async def _unsent_in_this_run(
    session: AsyncSession, told: Sequence[tuple[Event, CardHolder]]
) -> list[tuple[Event, CardHolder]]:
    """One event for each customer who has had no such email in this run.

    The customers are locked, so that two cards that expire at the same time cause one email.
    """
    first = {holder.to.customer.id: (event, holder) for event, holder in reversed(told)}
    if not first:
        return []
    merchant_id, now = told[0][0].merchant_id, told[0][1].now
    theirs = (Customer.merchant_id == merchant_id) & Customer.id.in_(first)
    await session.execute(select(Customer.id).where(theirs).order_by(Customer.id).with_for_update(key_share=True))
    sent = (
        select(Card.customer_id)
        .join(EmailLog, (EmailLog.merchant_id == Card.merchant_id) & (EmailLog.card_id == Card.id))
        .where(
            Card.merchant_id == merchant_id,
            Card.customer_id.in_(first),
            EmailLog.template_code == LOYALTY_POINTS_EXPIRED.code,
            EmailLog.created_at > now - ONE_RUN,
        )
    )
    had = set(await session.scalars(sent))
    return [each for customer_id, each in first.items() if customer_id not in had]


def _zone(holder: CardHolder) -> ZoneInfo:
    return holder.state.setup.merchant.zone
