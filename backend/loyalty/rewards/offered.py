"""Keeps `is_on_passes` correct: periods begin and end at midnight without a change of the row."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.events import record
from backend.loyalty.rewards.events import RewardsChanged
from backend.loyalty.rewards.models import Reward
from backend.loyalty.rewards.queries import local_date, state_on
from backend.merchants.models import Merchant


async def announce_periods(session: AsyncSession, merchant_id: UUID, now: datetime) -> int:
    """Records RewardsChanged when a period has begun or ended since passes were told. Returns the number of rewards."""
    is_offered = state_on(local_date(now)) == "offered"
    changed = await session.execute(
        select(Reward.id, is_offered)
        .join(Merchant, Merchant.id == Reward.merchant_id)
        .where(Reward.merchant_id == merchant_id, Reward.is_on_passes != is_offered)
        # In the order in which `move_reward` locks them.
        .order_by(Reward.id)
        .with_for_update(of=Reward)
    )
    by_state: dict[bool, list[UUID]] = {}
    for reward_id, offered in changed.tuples():
        by_state.setdefault(offered, []).append(reward_id)
    for offered, reward_ids in by_state.items():
        await set_on_passes(session, merchant_id, reward_ids, is_on_passes=offered)
    if by_state:
        record(session, merchant_id, RewardsChanged(), now)
    return sum(map(len, by_state.values()))


async def set_on_passes(
    session: AsyncSession, merchant_id: UUID, reward_ids: Sequence[UUID], *, is_on_passes: bool
) -> None:
    """Leaves the reward's version as it is: the owner has changed nothing."""
    chosen = Reward.merchant_id == merchant_id, Reward.id.in_(reward_ids)
    await session.execute(update(Reward).where(*chosen).values(is_on_passes=is_on_passes))
