"""Bootstrap and changes of one tablet."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.devices.heartbeat import note_resynced
from backend.loyalty.categories.schemas import CategoryView
from backend.loyalty.device_sync.queries import get_known, keep_snapshot
from backend.loyalty.device_sync.rules import Difference, cursor_of, difference
from backend.loyalty.device_sync.schemas import Bootstrap, DeviceChanges, DeviceReward, DeviceStaff
from backend.loyalty.device_sync.snapshot import CATEGORY, CONFIG, LIMITS, PROGRAM, REWARD, STAFF, Snapshot

Entry = TypeVar("Entry", DeviceReward, CategoryView, DeviceStaff)


async def bootstrap(session: AsyncSession, origin: Origin, snapshot: Snapshot) -> Bootstrap:
    await keep_snapshot(session, origin.merchant_id, snapshot.cursor, snapshot.fingerprints, origin.now)
    assert origin.device_id is not None, "of a device"
    await note_resynced(session, origin.merchant_id, origin.device_id)
    return Bootstrap(
        server_time=origin.now,
        changes_cursor=snapshot.cursor,
        texts_version=snapshot.texts_version,
        config=snapshot.config,
        program=snapshot.program,
        rewards=snapshot.rewards,
        categories=snapshot.categories,
        staff=snapshot.staff,
        limits=snapshot.limits,
    )


async def changes(
    session: AsyncSession, origin: Origin, snapshot: Snapshot, *, after: str, limit: int
) -> DeviceChanges:
    """Raises ChangesCursorUnknown."""
    known = await get_known(session, origin.merchant_id, after)
    differing = difference(known, snapshot.fingerprints, limit)
    cursor = cursor_of(differing.reached)
    await keep_snapshot(session, origin.merchant_id, cursor, differing.reached, origin.now)
    return DeviceChanges(
        server_time=origin.now,
        next_cursor=cursor,
        has_more=differing.has_more,
        config=snapshot.config if CONFIG in differing.changed else None,
        program=snapshot.program if PROGRAM in differing.changed else None,
        rewards=_changed(REWARD, snapshot.rewards, differing),
        removed_reward_ids=_removed(REWARD, differing),
        categories=_changed(CATEGORY, snapshot.categories, differing),
        removed_category_ids=_removed(CATEGORY, differing),
        staff=_changed(STAFF, snapshot.staff, differing),
        removed_staff_ids=_removed(STAFF, differing),
        limits=snapshot.limits if LIMITS in differing.changed else None,
    )


def _changed(kind: str, entries: Sequence[Entry], differing: Difference) -> list[Entry]:
    keys = set(differing.changed)
    return [entry for entry in entries if f"{kind}:{entry.id}" in keys]


def _removed(kind: str, differing: Difference) -> list[UUID]:
    keys = (key.partition(":") for key in differing.removed)
    return [UUID(row_id) for of_kind, _, row_id in keys if of_kind == kind]
