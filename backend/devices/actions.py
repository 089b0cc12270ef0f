"""What the office does with devices. Each change is audited."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.problems import StoreNotFound
from backend.audit.actions import Fields, record_change
from backend.audit.versions import check_version
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.schemas import sent_fields
from backend.devices.models import Device, PairingCode
from backend.devices.problems import DeviceStateRefused
from backend.devices.queries import Stores, get_device, lock_device
from backend.devices.schemas import DeviceChange, DeviceDraft, DeviceRevocation, DeviceView
from backend.merchants.models import Store


async def create_device(session: AsyncSession, origin: Origin, draft: DeviceDraft, stores: Stores) -> DeviceView:
    """Raises StoreNotFound."""
    device = Device(
        merchant_id=origin.merchant_id,
        id=new_id(),
        store_id=await _store_id(session, origin, draft.store_code, stores),
        name=draft.name,
        profile=draft.profile,
        created_at=origin.now,
        updated_at=origin.now,
    )
    session.add(device)
    await session.flush()
    record_change(session, origin, "device.created", subject_id=device.id, after=_facts(device))
    return await get_device(session, origin, device.id, stores)


async def change_device(
    session: AsyncSession, origin: Origin, device_id: UUID, change: DeviceChange, if_match: str | None, stores: Stores
) -> DeviceView:
    """At another store it fetches everything anew.

    Raises DeviceNotFound, PreconditionRequired, Stale, DeviceStateRefused or StoreNotFound.
    """
    device = await lock_device(session, origin, device_id, stores)
    await check_version(session, device, if_match)
    _refuse_revoked(device)
    before = _facts(device)
    fields = sent_fields(change)
    if "store_code" in fields:
        device.store_id = await _store_id(session, origin, fields.pop("store_code"), stores)
        device.must_resync = device.must_resync or str(device.store_id) != before["store_id"]
    device.name = fields.get("name", device.name)
    return await _save(session, origin, device, "device.changed", before, stores)


async def revoke_device(
    session: AsyncSession, origin: Origin, device_id: UUID, body: DeviceRevocation, stores: Stores
) -> DeviceView:
    """Acts on its next request. Revoked once, it stays as it is. Raises DeviceNotFound."""
    device = await lock_device(session, origin, device_id, stores)
    if device.state == "revoked":
        return await get_device(session, origin, device_id, stores)
    before = _facts(device)
    device.state, device.revoked_at, device.suspended_at = "revoked", origin.now, None
    device.revoked_reason, device.wipes = body.reason, body.wipe
    await replace_codes(session, device, origin)
    return await _save(session, origin, device, "device.revoked", before, stores, reason=body.reason)


async def resume_device(session: AsyncSession, origin: Origin, device_id: UUID, stores: Stores) -> DeviceView:
    """Lets a suspended device work again. The PINs that were locked stay locked.

    Raises DeviceNotFound or DeviceStateRefused.
    """
    device = await lock_device(session, origin, device_id, stores)
    _refuse_revoked(device)
    before = _facts(device)
    if device.state == "suspended":
        device.state, device.suspended_at, device.locked_people = "paired", None, []
    return await _save(session, origin, device, "device.resumed", before, stores)


async def replace_codes(session: AsyncSession, device: Device, origin: Origin) -> None:
    """Pairing codes of the device so far work no more."""
    open_codes = (
        PairingCode.merchant_id == device.merchant_id,
        PairingCode.device_id == device.id,
        PairingCode.used_at.is_(None),
        PairingCode.replaced_at.is_(None),
    )
    await session.execute(update(PairingCode).where(*open_codes).values(replaced_at=origin.now))


async def _store_id(session: AsyncSession, origin: Origin, code: str, stores: Stores) -> UUID:
    """An open store at which the person may pair tablets. Raises StoreNotFound."""
    own = Store.merchant_id == origin.merchant_id, Store.code == code.upper(), Store.is_active
    store_id: UUID | None = await session.scalar(select(Store.id).where(*own))
    if store_id is None or (stores is not None and store_id not in stores):
        raise StoreNotFound
    return store_id


async def _save(
    session: AsyncSession,
    origin: Origin,
    device: Device,
    action: str,
    before: Fields,
    stores: Stores,
    reason: str | None = None,
) -> DeviceView:
    if session.is_modified(device):
        device.updated_at = origin.now
    await session.flush()
    record_change(
        session, origin, action, subject_id=device.id, before=before, after=_facts(device), reason=reason
    )
    return await get_device(session, origin, device.id, stores)


def _refuse_revoked(device: Device) -> None:
    if device.state == "revoked":
        raise DeviceStateRefused(state=device.state)


def _facts(device: Device) -> Fields:
    return {
        "name": device.name,
        "store_id": str(device.store_id),
        "profile": device.profile,
        "state": device.state,
        "wipes": device.wipes,
    }
