from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_expression

from backend.core.origin import Origin
from backend.core.paging import Cursors
from backend.core.repository import Filter, ListQuery, Sorting, TenantRepository, words_in
from backend.core.schemas import Page
from backend.loyalty.rewards.models import Reward, RewardStore
from backend.loyalty.rewards.problems import RewardNotFound
from backend.loyalty.rewards.schemas import RewardDetail
from backend.merchants.models import Merchant

SORTINGS = {
    "position": Sorting(Reward.position),
    "points_required": Sorting(Reward.points_required),
    "-points_required": Sorting(Reward.points_required, is_descending=True),
    "-created_at": Sorting(Reward.created_at, is_descending=True),
}


class RewardRepository(TenantRepository[Reward]):
    """`today`: where the merchant is; it decides about the state of rewards with a period."""

    model_type = Reward

    def __init__(self, session: AsyncSession, merchant_id: UUID, today: date) -> None:
        super().__init__(session, merchant_id)
        self.today = today
        # The state is read again after a change, where the session would keep the former one.
        self.statement = self.statement.options(with_expression(Reward.state, state_on(today))).execution_options(
            populate_existing=True
        )


async def open_rewards(session: AsyncSession, merchant_id: UUID, now: datetime) -> RewardRepository:
    today = await session.scalar(select(local_date(now)).where(Merchant.id == merchant_id))
    assert today is not None, "the caller has signed in for this merchant"
    return RewardRepository(session, merchant_id, today)


async def list_rewards(
    session: AsyncSession,
    origin: Origin,
    asked: ListQuery,
    cursors: Cursors,
    *,
    text: str,
    state: str | None,
    store_id: UUID | None,
) -> Page[RewardDetail]:
    """`text`: words of the texts in any language. `state` None: all but archived ones. Raises CursorExpired."""
    rewards = await open_rewards(session, origin.merchant_id, origin.now)
    filters: list[Filter] = [*words_in(Reward.search_text, text)]
    filters.append(Reward.archived_at.is_(None) if state is None else state_on(rewards.today) == state)
    if store_id is not None:
        filters.append(or_(Reward.stores.any(RewardStore.store_id == store_id), ~Reward.stores.any()))
    return await rewards.page(asked, cursors, reward_detail, *filters)


async def get_reward(session: AsyncSession, origin: Origin, reward_id: UUID) -> RewardDetail:
    """Raises RewardNotFound."""
    rewards = await open_rewards(session, origin.merchant_id, origin.now)
    return reward_detail(await rewards.find_or_raise(reward_id, RewardNotFound))


def state_on(today: date | ColumnElement[date]) -> ColumnElement[str]:
    return func.reward_state(Reward.is_active, Reward.archived_at, Reward.starts_on, Reward.ends_on, today)


def local_date(now: datetime) -> ColumnElement[date]:
    """The date where the merchant is."""
    return func.date(func.timezone(Merchant.timezone, now))


def reward_detail(reward: Reward) -> RewardDetail:
    shown: dict[str, Any] = {
        field: getattr(reward, field) for field in RewardDetail.__struct_fields__ if field != "store_ids"
    }
    return RewardDetail(**shown, store_ids=sorted(entry.store_id for entry in reward.stores))
