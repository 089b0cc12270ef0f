"""An owner sets what tablets may do offline: all of them, or one."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.devices.models import Device
from backend.devices.problems import DeviceNotFound
from backend.staff_pins.grants.models import OfflineRules
from backend.staff_pins.grants.queries import list_rules
from backend.staff_pins.grants.rules import DEFAULT_LIMITS
from backend.staff_pins.grants.schemas import OfflineRuleEntry, OfflineRulesView
from i18n.translator import N_

LOCK = "offline_rules"


async def show_rules(session: AsyncSession, merchant_id: UUID) -> OfflineRulesView:
    """The defaults where the merchant has set nothing."""
    entries = [_entry(row) for row in await list_rules(session, merchant_id)]
    if not entries or entries[0].device_id is not None:
        entries.insert(0, OfflineRuleEntry(device_id=None, operations=list(DEFAULT_LIMITS.operations)))
    return OfflineRulesView(entries)


async def set_rules(session: AsyncSession, origin: Origin, entries: list[OfflineRuleEntry]) -> OfflineRulesView:
    """These and no others from now on. Raises DeviceNotFound, or ValidationFailed when two are of the same tablet."""
    await _check(session, origin, entries)
    # One change after another: there may be no row to lock.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{LOCK}:{origin.merchant_id}", 0))))
    before = await show_rules(session, origin.merchant_id)
    await session.execute(delete(OfflineRules).where(OfflineRules.merchant_id == origin.merchant_id))
    for entry in entries:
        fields: dict[str, Any] = msgspec.structs.asdict(entry)
        session.add(OfflineRules(merchant_id=origin.merchant_id, id=new_id(), **fields))
    await session.flush()
    after = await show_rules(session, origin.merchant_id)
    record_change(
        session,
        origin,
        "offline_rules.changed",
        before=msgspec.to_builtins(before),
        after=msgspec.to_builtins(after),
    )
    return after


async def _check(session: AsyncSession, origin: Origin, entries: list[OfflineRuleEntry]) -> None:
    ids = [entry.device_id for entry in entries]
    duplicates = [index for index, device_id in enumerate(ids) if device_id in ids[:index]]
    if duplicates:
        raise ValidationFailed(
            *(
                FieldError(f"/rules/{index}", "duplicate", N_("Other rules are for the same tablet."))
                for index in duplicates
            )
        )
    named = {device_id for device_id in ids if device_id}
    own = select(func.count()).where(Device.merchant_id == origin.merchant_id, Device.id.in_(named))
    if await session.scalar(own) != len(named):
        raise DeviceNotFound


def _entry(row: OfflineRules) -> OfflineRuleEntry:
    names = OfflineRuleEntry.__struct_fields__
    return OfflineRuleEntry(**{name: getattr(row, name) for name in names})
