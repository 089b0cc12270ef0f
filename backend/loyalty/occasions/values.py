"""The values of each email about a card on an occasion. None: no email is sent."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from backend.core.models import Event
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.occasions.holder import CardHolder
from backend.messaging.templates.catalog.loyalty_reward_ready import RewardReadyValues, StampCardFacts
from backend.messaging.templates.catalog.loyalty_welcome_bonus import BonusFacts, WelcomeBonusValues


async def welcome_bonus(_: AsyncSession, holder: CardHolder, event: Event) -> WelcomeBonusValues:
    return WelcomeBonusValues(**holder.facts, bonus=BonusFacts(event.data["points"]))


async def reward_ready(session: AsyncSession, holder: CardHolder, event: Event) -> RewardReadyValues | None:
    """Once for each full card: not for a stamp that was voided meanwhile, nor for the one given in its place."""
    if not holder.view.reward_ready or await _was_full_before(session, event):
        return None
    stamp_card = StampCardFacts(holder.view.stamps_target, holder.view.stamp_reward or None)
    return RewardReadyValues(**holder.facts, stamp_card=stamp_card)


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
