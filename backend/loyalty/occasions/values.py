"""The values of each email about a card on an occasion. None: no email is sent."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from backend.core.models import Event
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.ledger.rules.expiry import expiry_of
from backend.loyalty.ledger.rules.lots import live_lots
from backend.loyalty.occasions.holder import CardHolder
from backend.loyalty.occasions.rules import is_worth_telling
from backend.messaging.models import EmailLog
from backend.messaging.templates.catalog.loyalty_points_expired import (
    LOYALTY_POINTS_EXPIRED,
    ExpiredFacts,
    PointsExpiredValues,
)
from backend.messaging.templates.catalog.loyalty_points_expiring import ExpiryFacts, PointsExpiringValues
from backend.messaging.templates.catalog.loyalty_reward_ready import RewardReadyValues, StampCardFacts
from backend.messaging.templates.catalog.loyalty_welcome_bonus import BonusFacts, WelcomeBonusValues

ONE_RUN = timedelta(hours=12)
"""Cards of one person that expire within this time were booked by one run."""
INSTANT = timedelta(microseconds=1)


async def welcome_bonus(_: AsyncSession, holder: CardHolder, event: Event) -> WelcomeBonusValues:
    return WelcomeBonusValues(**holder.facts, bonus=BonusFacts(event.data["points"]))


async def reward_ready(session: AsyncSession, holder: CardHolder, event: Event) -> RewardReadyValues | None:
    """Once for each full card: not for a stamp that was voided meanwhile, nor for the one given in its place."""
    if not holder.view.reward_ready or await _was_full_before(session, event):
        return None
    stamp_card = StampCardFacts(holder.view.stamps_target, holder.view.stamp_reward or None)
    return RewardReadyValues(**holder.facts, stamp_card=stamp_card)


async def points_expiring(_: AsyncSession, holder: CardHolder, event: Event) -> PointsExpiringValues:
    expires_at = datetime.fromisoformat(event.data["expires_at"])
    last_day = (expires_at.astimezone(_zone(holder)) - INSTANT).date()
    moment = holder.state.moment(holder.now)
    lots = [lot for lot in live_lots(holder.state.lots, "points", moment) if expiry_of(lot, moment) == expires_at]
    is_kept_by_visit = bool(lots) and all(lot.idle_days is not None for lot in lots)
    expiry = ExpiryFacts(event.data["points"], last_day, last_day if is_kept_by_visit else None)
    return PointsExpiringValues(**holder.facts, expiry=expiry)


async def points_expired(session: AsyncSession, holder: CardHolder, event: Event) -> PointsExpiredValues | None:
    """Not for stamps, not for a few leftover points, and once for all cards of a person."""
    transaction = await session.get_one(Transaction, (event.merchant_id, UUID(event.data["transaction_id"])))
    cheapest = min((reward.points_required for reward in holder.view.rewards), default=None)
    if transaction.unit != "points" or not is_worth_telling(event.data["points"], cheapest):
        return None
    if await _was_sent_in_this_run(session, holder):
        return None
    return PointsExpiredValues(**holder.facts, expired=ExpiredFacts(event.data["points"]))


async def _was_full_before(session: AsyncSession, event: Event) -> bool:
    """Whether an earlier stamp that was voided had filled the same card."""
    stamp = await session.get_one(Transaction, (event.merchant_id, UUID(event.data["transaction_id"])))
    earlier, between = aliased(Transaction), aliased(Transaction)
    redeemed = select(between.id).where(
        between.merchant_id == stamp.merchant_id,
        between.card_id == stamp.card_id,
        between.seq > earlier.seq,
        between.seq < stamp.seq,
        between.unit == "stamps",
        between.kind == "redeemed",
    )
    same = select(earlier.id).where(
        earlier.merchant_id == stamp.merchant_id,
        earlier.card_id == stamp.card_id,
        earlier.seq < stamp.seq,
        earlier.unit == "stamps",
        earlier.kind == "earned",
        earlier.stamps_after == stamp.stamps_after,
        ~redeemed.exists(),
    )
    return await session.scalar(same.limit(1)) is not None


async def _was_sent_in_this_run(session: AsyncSession, holder: CardHolder) -> bool:
    """The customer is locked, so that two cards that expire at the same time cause one email."""
    customer = holder.to.customer
    await session.refresh(customer, with_for_update={"key_share": True})
    sent = (
        select(EmailLog.id)
        .join(Card, (Card.merchant_id == EmailLog.merchant_id) & (Card.id == EmailLog.card_id))
        .where(
            EmailLog.merchant_id == customer.merchant_id,
            EmailLog.template_code == LOYALTY_POINTS_EXPIRED.code,
            EmailLog.created_at > holder.now - ONE_RUN,
            Card.customer_id == customer.id,
        )
    )
    return await session.scalar(sent.limit(1)) is not None


def _zone(holder: CardHolder) -> ZoneInfo:
    return holder.state.setup.merchant.zone
