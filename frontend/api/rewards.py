"""Rewards in the office."""

from uuid import UUID

from backend.core.schemas import Page
from backend.loyalty.rewards.schemas import RewardChange, RewardDetail, RewardDraft, RewardMove
from frontend.api.client import Caller

REWARDS = "/merchant/loyalty/rewards"
PAGE = 50


async def list_rewards(
    caller: Caller, *, query: str, state: str | None, sort: str, after: str | None
) -> Page[RewardDetail]:
    """`state` None: all but archived ones. `after`: the cursor of the page before."""
    asked = {"query": query or None, "state": state, "sort": sort, "after": after, "limit": PAGE}
    return await caller.get(REWARDS, Page[RewardDetail], **asked)


async def get_reward(caller: Caller, reward_id: UUID) -> RewardDetail:
    return await caller.get(f"{REWARDS}/{reward_id}", RewardDetail)


async def create_reward(caller: Caller, draft: RewardDraft, *, key: str) -> RewardDetail:
    return await caller.post(REWARDS, draft, RewardDetail, key=key)


async def change_reward(caller: Caller, reward_id: UUID, change: RewardChange, *, version: int) -> RewardDetail:
    return await caller.patch(f"{REWARDS}/{reward_id}", change, RewardDetail, version=version)


async def move_reward(caller: Caller, reward_id: UUID, position: int) -> RewardDetail:
    return await caller.put(f"{REWARDS}/{reward_id}/position", RewardMove(position), RewardDetail)


async def archive_reward(caller: Caller, reward_id: UUID, *, version: int) -> RewardDetail:
    return await caller.put(f"{REWARDS}/{reward_id}/archive", None, RewardDetail, version=version)


async def restore_reward(caller: Caller, reward_id: UUID, *, version: int) -> RewardDetail:
    return await caller.delete(f"{REWARDS}/{reward_id}/archive", RewardDetail, version=version)
