"""Create, change, move, archive and restore a reward. Each change is audited, and passes that show it are refreshed."""

from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Uuid, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import Fields, record_change
from backend.audit.versions import check_version
from backend.core.events import record
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.schemas import sent_fields
from backend.loyalty.programs.models import Program
from backend.loyalty.programs.problems import ProgramMissing
from backend.loyalty.rewards.checks import check_reward
from backend.loyalty.rewards.events import RewardsChanged
from backend.loyalty.rewards.models import Reward, RewardStore
from backend.loyalty.rewards.offered import set_on_passes
from backend.loyalty.rewards.problems import RewardArchived, RewardNotFound
from backend.loyalty.rewards.queries import RewardRepository, open_rewards, reward_detail
from backend.loyalty.rewards.schemas import RewardChange, RewardDetail, RewardDraft

NOT_AUDITED = {"id", "state", "version", "created_at", "updated_at"}


@dataclass(slots=True)
class _Edit:
    """A reward that is being changed, as the caller has seen it before."""

    session: AsyncSession
    origin: Origin
    rewards: RewardRepository
    reward: Reward
    before: RewardDetail | None
    """None for a new one."""


async def create_reward(session: AsyncSession, origin: Origin, draft: RewardDraft) -> RewardDetail:
    """Adds the reward at the end of the list. Raises ProgramMissing or ValidationFailed."""
    rewards = await open_rewards(session, origin.merchant_id, origin.now)
    last = await session.scalar(select(func.max(Reward.position)).where(*_listed(origin)))
    reward = Reward(
        merchant_id=origin.merchant_id,
        id=new_id(),
        program_id=await _program_id(session, origin.merchant_id),
        position=(last or 0) + 1,
        created_at=origin.now,
    )
    _set_fields(reward, draft)
    return await _save(_Edit(session, origin, rewards, reward, None), "reward.created")


async def change_reward(
    session: AsyncSession, origin: Origin, reward_id: UUID, change: RewardChange, if_match: str | None
) -> RewardDetail:
    """Raises RewardNotFound, PreconditionRequired, Stale, RewardArchived or ValidationFailed."""
    edit = await _lock(session, origin, reward_id, if_match)
    if edit.reward.archived_at is not None:
        raise RewardArchived
    _set_fields(edit.reward, change)
    return await _save(edit, "reward.changed")


async def archive_reward(session: AsyncSession, origin: Origin, reward_id: UUID, if_match: str | None) -> RewardDetail:
    """The reward is no longer offered. Past redemptions keep its name; open holds can still be confirmed.

    Raises RewardNotFound, PreconditionRequired or Stale.
    """
    edit = await _lock(session, origin, reward_id, if_match)
    edit.reward.archived_at = edit.reward.archived_at or origin.now
    return await _save(edit, "reward.archived")


async def restore_reward(session: AsyncSession, origin: Origin, reward_id: UUID, if_match: str | None) -> RewardDetail:
    """Takes an archived reward back into the list, at its former position. Raises what `archive_reward` raises."""
    edit = await _lock(session, origin, reward_id, if_match)
    edit.reward.archived_at = None
    return await _save(edit, "reward.restored")


async def move_reward(session: AsyncSession, origin: Origin, reward_id: UUID, position: int) -> RewardDetail:
    """Moves the reward to a position, counted from 1, among the rewards that are not archived.

    The rows are locked, so concurrent moves run one after the other. Raises RewardNotFound or RewardArchived.
    """
    rewards = await open_rewards(session, origin.merchant_id, origin.now)
    locked = select(Reward.position, Reward.id).where(*_listed(origin)).order_by(Reward.id).with_for_update()
    order = [row_id for _, row_id in sorted((await session.execute(locked)).tuples())]
    if reward_id not in order:
        await rewards.find_or_raise(reward_id, RewardNotFound)
        raise RewardArchived
    before = order.index(reward_id) + 1
    order.insert(position - 1, order.pop(before - 1))
    positions = func.array_position(cast(order, ARRAY(Uuid)), Reward.id)
    # Not those that were added or restored since: they are not in the order.
    chosen = Reward.merchant_id == origin.merchant_id, Reward.id.in_(order), Reward.position != positions
    await session.execute(update(Reward).where(*chosen).values(position=positions))
    after = await _reread(rewards, reward_id)
    was, now_is = {"position": before}, {"position": after.position}
    record_change(session, origin, "reward.moved", subject_id=reward_id, before=was, after=now_is)
    return after


async def _lock(session: AsyncSession, origin: Origin, reward_id: UUID, if_match: str | None) -> _Edit:
    """Locks the reward. Raises RewardNotFound, and what `check_version` raises."""
    rewards = await open_rewards(session, origin.merchant_id, origin.now)
    reward = await rewards.find_or_raise(reward_id, RewardNotFound, is_locked=True)
    await check_version(session, reward, if_match)
    return _Edit(session, origin, rewards, reward, reward_detail(reward))


def _listed(origin: Origin) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Reward.merchant_id == origin.merchant_id, Reward.archived_at.is_(None)


def _set_fields(reward: Reward, body: RewardDraft | RewardChange) -> None:
    """Sets the fields that were sent; others stay unchanged."""
    fields = sent_fields(body)
    store_ids = fields.pop("store_ids", None)
    for name, value in fields.items():
        setattr(reward, name, value)
    if store_ids is not None:
        kept = {entry.store_id: entry for entry in reward.stores}
        reward.stores = [
            kept.get(store_id) or RewardStore(merchant_id=reward.merchant_id, reward_id=reward.id, store_id=store_id)
            for store_id in dict.fromkeys(store_ids)
        ]


async def _save(edit: _Edit, action: str) -> RewardDetail:
    """Writes the reward with its audit entry and, when passes show the difference, the event.

    Writes nothing when nothing differs.
    """
    session, origin, reward = edit.session, edit.origin, edit.reward
    with session.no_autoflush:
        await check_reward(session, reward)
    if edit.before is None or session.is_modified(reward):
        reward.updated_at = origin.now
    await edit.rewards.add(reward)
    after = await _reread(edit.rewards, reward.id)
    before = _audited(edit.before) if edit.before else None
    record_change(session, origin, action, subject_id=reward.id, before=before, after=_audited(after))
    await _tell_passes(edit, after)
    return after


async def _tell_passes(edit: _Edit, after: RewardDetail) -> None:
    """Records RewardsChanged, also for a period that has begun or ended since passes were last updated."""
    session, origin, reward = edit.session, edit.origin, edit.reward
    is_offered = after.state == "offered"
    is_news = edit.before is not None and reward.is_on_passes != is_offered
    if reward.is_on_passes != is_offered:
        await set_on_passes(session, origin.merchant_id, [reward.id], is_on_passes=is_offered)
    if is_news or _on_passes(edit.before) != _on_passes(after):
        record(session, origin.merchant_id, RewardsChanged(), origin.now)


async def _reread(rewards: RewardRepository, reward_id: UUID) -> RewardDetail:
    """Reads the reward again, because the database computes its state."""
    return reward_detail(await rewards.find_or_raise(reward_id, RewardNotFound))


def _audited(reward: RewardDetail) -> Fields:
    """The fields for the audit, without those in NOT_AUDITED."""
    return {name: value for name, value in msgspec.to_builtins(reward).items() if name not in NOT_AUDITED}


def _on_passes(reward: RewardDetail | None) -> tuple[dict[str, str], int] | None:
    """Name and points, which passes show; None when the reward is not offered."""
    return (reward.name, reward.points_required) if reward and reward.state == "offered" else None


async def _program_id(session: AsyncSession, merchant_id: UUID) -> UUID:
    """Raises ProgramMissing."""
    program_id: UUID | None = await session.scalar(select(Program.id).where(Program.merchant_id == merchant_id))
    if program_id is None:
        raise ProgramMissing
    return program_id
