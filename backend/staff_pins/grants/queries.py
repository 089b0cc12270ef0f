from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.staff_pins.grants.models import OfflineGrant, OfflineRules
from backend.staff_pins.grants.rules import DEFAULT_LIMITS, OFFLINE_OPS, OfflineLimits


async def get_offline_limits(session: AsyncSession, merchant_id: UUID, device_id: UUID) -> OfflineLimits:
    """The tablet's own, else the merchant's, else the defaults."""
    rows = await session.scalars(
        select(OfflineRules)
        .where(
            OfflineRules.merchant_id == merchant_id,
            or_(OfflineRules.device_id == device_id, OfflineRules.device_id.is_(None)),
        )
        .order_by(OfflineRules.device_id.nulls_last())
    )
    rules = rows.first()
    return _limits(rules) if rules else DEFAULT_LIMITS


async def list_rules(session: AsyncSession, merchant_id: UUID) -> list[OfflineRules]:
    """Those of every tablet first."""
    order = OfflineRules.device_id.nulls_first()
    return list(
        await session.scalars(select(OfflineRules).where(OfflineRules.merchant_id == merchant_id).order_by(order))
    )


async def lock_grants(
    session: AsyncSession, merchant_id: UUID, device_id: UUID, grant_ids: list[UUID]
) -> dict[UUID, OfflineGrant]:
    """In one order: two batches of one tablet wait for each other."""
    rows = await session.scalars(
        select(OfflineGrant)
        .where(
            OfflineGrant.merchant_id == merchant_id,
            OfflineGrant.device_id == device_id,
            OfflineGrant.id.in_(grant_ids),
        )
        .order_by(OfflineGrant.id)
        .with_for_update()
    )
    return {grant.id: grant for grant in rows}


def _limits(rules: OfflineRules) -> OfflineLimits:
    return OfflineLimits(
        operations=tuple(op for op in OFFLINE_OPS if op in rules.operations),
        grant_hours=rules.grant_hours,
        max_operations=rules.max_operations,
        max_points=rules.max_points,
        window_hours=rules.window_hours,
        max_allowance_points=rules.max_allowance_points,
        max_allowance_stamps=rules.max_allowance_stamps,
        allowance_hours=rules.allowance_hours,
    )
