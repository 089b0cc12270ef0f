"""Create, change, move, archive and restore a reward. Each change is audited, and passes that show it are refreshed."""

from dataclasses import dataclass
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import ARRAY, ColumnElement, Uuid, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import Fields, record_change
from backend.audit.queries import find_entry
from backend.core.events import record
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.versions import Stale, check_version
from backend.loyalty.programs.models import Program
from backend.loyalty.rewards.checks import check_reward
from backend.loyalty.rewards.events import RewardsChanged
from backend.loyalty.rewards.models import Reward, RewardStore
from backend.loyalty.rewards.offered import set_on_passes
from backend.loyalty.rewards.problems import ProgramMissing, RewardArchived, RewardNotFound
from backend.loyalty.rewards.queries import RewardRepository, open_rewards, reward_detail
from backend.loyalty.rewards.schemas import RewardChange, RewardDescriptions, RewardDetail, RewardDraft, RewardNames

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
    """As the last of the list. Raises ProgramMissing or ValidationFailed."""
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
    """It is not offered any more; what was redeemed keeps its name, and what is held for somebody is handed over.

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
    """To the position, counted from 1, among those that are not archived. Raises RewardNotFound or RewardArchived.

    Two moves at the same time follow one another, so neither needs to know the other's result.
    """
    rewards = await open_rewards(session, origin.merchant_id, origin.now)
    locked = select(Reward.position, Reward.id).where(*_listed(origin)).order_by(Reward.id).with_for_update()
    order = [row_id for _, row_id in sorted((await session.execute(locked)).tuples())]
    if await rewards.find(reward_id) is None:
        raise RewardNotFound
    if reward_id not in order:
        raise RewardArchived
    before = order.index(reward_id) + 1
    order.insert(position - 1, order.pop(before - 1))
    positions = func.array_position(cast(order, ARRAY(Uuid)), Reward.id)
    # Not those that were added or restored since: they are not in the order.
    chosen = Reward.merchant_id == origin.merchant_id, Reward.id.in_(order)
    await session.execute(update(Reward).where(*chosen).values(position=positions))
    after = await _reread(rewards, reward_id)
    moved = {"before": {"position": before}, "after": {"position": after.position}}
    record_change(session, origin, "reward.moved", subject_id=reward_id, **moved)
    return after


async def _lock(session: AsyncSession, origin: Origin, reward_id: UUID, if_match: str | None) -> _Edit:
    """The reward in the version that the caller has seen."""
    rewards = await open_rewards(session, origin.merchant_id, origin.now)
    reward = await rewards.find(reward_id, is_locked=True)
    if reward is None:
        raise RewardNotFound
    try:
        check_version(if_match, reward.version)
    except Stale as stale:
        # Not the last one: a move is no new version.
        entry = await find_entry(session, origin.merchant_id, reward_id, reward.updated_at)
        changed_by = entry.user_name if entry else None
        raise Stale(version=reward.version, changed_at=reward.updated_at, changed_by=changed_by) from stale
    return _Edit(session, origin, rewards, reward, reward_detail(reward))


def _listed(origin: Origin) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Reward.merchant_id == origin.merchant_id, Reward.archived_at.is_(None)


def _set_fields(reward: Reward, told: RewardDraft | RewardChange) -> None:
    """Those that were sent."""
    fields = {name: value for name, value in msgspec.structs.asdict(told).items() if value is not UNSET}
    store_ids = fields.pop("store_ids", None)
    for name, value in fields.items():
        is_by_language = isinstance(value, RewardNames | RewardDescriptions)
        setattr(reward, name, msgspec.to_builtins(value) if is_by_language else value)
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
    """Also of a period that has begun or ended since passes were told."""
    session, origin, reward = edit.session, edit.origin, edit.reward
    is_offered = after.state == "offered"
    is_news = edit.before is not None and reward.is_on_passes != is_offered
    if reward.is_on_passes != is_offered:
        await set_on_passes(session, origin.merchant_id, [reward.id], is_on_passes=is_offered)
    if is_news or _on_passes(edit.before) != _on_passes(after):
        record(session, origin.merchant_id, RewardsChanged(), origin.now)


async def _reread(rewards: RewardRepository, reward_id: UUID) -> RewardDetail:
    """With its state after the change."""
    reward = await rewards.find(reward_id)
    assert reward is not None, "it was written a moment ago"
    return reward_detail(reward)


def _audited(reward: RewardDetail) -> Fields:
    """Without what follows from the other fields or from the change itself."""
    return {name: value for name, value in msgspec.to_builtins(reward).items() if name not in NOT_AUDITED}


def _on_passes(reward: RewardDetail | None) -> tuple[dict[str, str], int] | None:
    """What passes may show of it; None when it is not offered."""
    return (reward.name, reward.points_required) if reward and reward.state == "offered" else None


async def _program_id(session: AsyncSession, merchant_id: UUID) -> UUID:
    """Raises ProgramMissing."""
    program_id: UUID | None = await session.scalar(select(Program.id).where(Program.merchant_id == merchant_id))
    if program_id is None:
        raise ProgramMissing
    return program_id
