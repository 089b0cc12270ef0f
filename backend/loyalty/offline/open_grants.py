"""The grants that a batch names, with what has become of them and of their people since."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.encryption import SealBroken
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.devices.failed_pins import FailedPins
from backend.loyalty.offline.judgement import OpenGrant
from backend.staff.models import MerchantMember
from backend.staff_pins.acting import StorePerson
from backend.staff_pins.actions import PinPolicy
from backend.staff_pins.grants.actions import refused_to, secret_of
from backend.staff_pins.grants.models import OfflineGrant
from backend.staff_pins.grants.queries import lock_grants
from backend.staff_pins.grants.rules import GrantUse
from backend.staff_pins.models import StaffPin


@dataclass(slots=True)
class OpenGrants:
    """Locked until the transaction ends: what one batch uses is gone for the next."""

    rows: dict[UUID, OfflineGrant]
    open: dict[UUID, OpenGrant] = field(default_factory=dict)

    async def write_back(self, session: AsyncSession, origin: Origin, policy: PinPolicy) -> None:
        """What was used, and the wrong PINs: these count toward the lockout of the person."""
        for grant_id, row in self.rows.items():
            use = self.open[grant_id].use
            row.used_operations, row.used_points, row.wrong_count = (
                use.used_operations,
                use.used_points,
                use.wrong_count,
            )
        for grant in self.open.values():
            if grant.wrong_now:
                await FailedPins(session, origin, policy).count_wrong(grant.user_id, grant.wrong_now)


async def open_grants(session: AsyncSession, keys: KeyRing, origin: Origin, grant_ids: Sequence[UUID]) -> OpenGrants:
    """Of this tablet only."""
    assert origin.device_id is not None, "a tablet hands in batches"
    rows = await lock_grants(session, origin.merchant_id, origin.device_id, list(grant_ids))
    pins = await _pins(session, origin, rows)
    left = await _left_at(session, origin, rows)
    withdrawn = {
        user_id: await _withdrawn(session, origin, user_id) for user_id in {row.user_id for row in rows.values()}
    }
    grants = OpenGrants(rows)
    for grant_id, row in rows.items():
        grant = grants.open[grant_id] = _opened(keys, row, pins.get(row.user_id), left.get(row.user_id))
        if row.user_id not in left:
            grant.use.withdrawn = withdrawn[row.user_id]
    return grants


async def _withdrawn(session: AsyncSession, origin: Origin, user_id: UUID) -> Collection[str]:
    """What the person may not do now at the store where the tablet is."""
    here = func.store_person(origin.merchant_id, origin.till_store_id, user_id)
    document = await session.scalar(select(cast(here, Text)))
    return refused_to(msgspec.json.decode(document, type=StorePerson) if document else None)


def _opened(keys: KeyRing, row: OfflineGrant, pin: StaffPin | None, left_at: datetime | None) -> OpenGrant:
    """It ends with the shift, with another PIN, and when the person leaves the merchant."""
    was_replaced = pin is not None and pin.set_at > row.issued_at and row.staff_pin_id is not None
    ends = [row.expires_at, row.ended_at, left_at, pin.set_at if pin and was_replaced else None]
    is_gone = row.staff_pin_id is not None and (pin is None or pin.is_disabled)
    try:
        secret = secret_of(keys, row)
    except SealBroken:
        secret, is_gone = b"", True
    use = GrantUse(
        operations=tuple(row.operations),
        issued_at=row.issued_at,
        ends_at=min(moment for moment in ends if moment is not None),
        max_operations=row.max_operations,
        max_points=row.max_points,
        used_operations=row.used_operations,
        used_points=row.used_points,
        wrong_count=row.wrong_count,
        is_pin_disabled=is_gone,
    )
    return OpenGrant(row.user_id, row.staff_pin_id, secret, use)


async def _pins(session: AsyncSession, origin: Origin, rows: dict[UUID, OfflineGrant]) -> dict[UUID, StaffPin]:
    user_ids = {row.user_id for row in rows.values()}
    pins = select(StaffPin).where(
        StaffPin.merchant_id == origin.merchant_id, StaffPin.user_id.in_(user_ids), StaffPin.is_active
    )
    return {pin.user_id: pin for pin in await session.scalars(pins)}


async def _left_at(session: AsyncSession, origin: Origin, rows: dict[UUID, OfflineGrant]) -> dict[UUID, datetime]:
    user_ids = {row.user_id for row in rows.values()}
    members = select(MerchantMember).where(
        MerchantMember.merchant_id == origin.merchant_id, MerchantMember.user_id.in_(user_ids)
    )
    return {member.user_id: member.left_at for member in await session.scalars(members) if member.left_at}
