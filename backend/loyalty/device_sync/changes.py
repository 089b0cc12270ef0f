"""Bootstrap and changes of one tablet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.devices.heartbeat import note_resynced
from backend.loyalty.categories.schemas import CategoryView
from backend.loyalty.device_sync.models import DeviceSnapshot
from backend.loyalty.device_sync.queries import get_known
from backend.loyalty.device_sync.rules import Difference, cursor_of, difference
from backend.loyalty.device_sync.schemas import Bootstrap, DeviceChanges, DeviceReward, DeviceStaff
from backend.loyalty.device_sync.snapshot import CATEGORY, CONFIG, LIMITS, PROGRAM, REWARD, STAFF, Snapshot

ONCE_A_DAY = timedelta(days=1)

Entry = TypeVar("Entry", DeviceReward, CategoryView, DeviceStaff)


async def bootstrap(session: AsyncSession, origin: Origin, snapshot: Snapshot) -> Bootstrap:
    await _keep_snapshot(session, origin.merchant_id, snapshot.cursor, snapshot.fingerprints, origin.now)
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
    await _keep_snapshot(session, origin.merchant_id, cursor, differing.reached, origin.now)
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


async def _keep_snapshot(
    session: AsyncSession, merchant_id: UUID, cursor: str, fingerprints: dict[str, str], now: datetime
) -> None:
    """A cursor that was given out can be asked with, for a month after it was last given out."""
    row = insert(DeviceSnapshot).values(merchant_id=merchant_id, cursor=cursor, fingerprints=fingerprints, used_at=now)
    again = row.on_conflict_do_update(
        index_elements=[DeviceSnapshot.merchant_id, DeviceSnapshot.cursor],
        set_={"used_at": now},
        where=DeviceSnapshot.used_at < now - ONCE_A_DAY,
    )
    await session.execute(again)


def _changed(kind: str, entries: Sequence[Entry], differing: Difference) -> list[Entry]:
    keys = set(differing.changed)
    return [entry for entry in entries if f"{kind}:{entry.id}" in keys]


def _removed(kind: str, differing: Difference) -> list[UUID]:
    keys = (key.partition(":") for key in differing.removed)
    return [UUID(row_id) for of_kind, _, row_id in keys if of_kind == kind]
