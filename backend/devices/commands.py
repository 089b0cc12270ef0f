"""What the office asks a paired tablet to do, and what the tablet says it has followed."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.events import record
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.devices.actions import Devices, facts_of, replace_codes
from backend.devices.events import DeviceEmptied
from backend.devices.models import Device, DeviceToken
from backend.devices.problems import DeviceStateRefused
from backend.devices.schemas import DeviceMessage, DeviceView
from backend.devices.schemas.tablet import DeviceCommand


async def send_message(devices: Devices, device_id: UUID, body: DeviceMessage) -> DeviceView:
    """Replaces the last one. Raises DeviceNotFound or DeviceStateRefused."""
    device = await _lock_paired(devices, device_id)
    before = {"message_id": str(device.message_id) if device.message_id else None}
    device.message_id, device.message = new_id(), body.text
    device.message_sent_at, device.message_read_at = devices.origin.now, None
    return await devices.save(device, "device.message_sent", before, {"message_id": str(device.message_id)})


async def request_wipe(devices: Devices, device_id: UUID) -> DeviceView:
    """Asked for once, it stays as it is. Raises DeviceNotFound or DeviceStateRefused."""
    device = await _lock_paired(devices, device_id)
    before = facts_of(device)
    if device.wipe_id is None:
        device.wipe_id, device.wipe_requested_at = new_id(), devices.origin.now
    return await devices.save(device, "device.wipe_requested", before)


async def withdraw_wipe(devices: Devices, device_id: UUID) -> DeviceView:
    """Whether it was asked for or not. Raises DeviceNotFound."""
    device = await devices.lock(device_id)
    before = facts_of(device)
    device.wipe_id = device.wipe_requested_at = None
    return await devices.save(device, "device.wipe_withdrawn", before)


def commands_for(device: Device) -> list[DeviceCommand]:
    """A message that nobody has read, and the wish that it deletes everything."""
    message = DeviceCommand("message", device.message_id, device.message)
    wipe = DeviceCommand("wipe", device.wipe_id)
    unread = [message] if device.message_id and device.message_read_at is None else []
    return [*unread, wipe] if device.wipe_id else unread


async def note_followed(session: AsyncSession, origin: Origin, device: Device, ids: Collection[UUID]) -> None:
    """Not changes by a person: its version stays the same. Ids of former commands change nothing."""
    if device.message_id in ids and device.message_read_at is None:
        await _set(session, device, message_read_at=origin.now)
    if device.wipe_id in ids:
        await _note_wiped(session, origin, device)


async def _note_wiped(session: AsyncSession, origin: Origin, device: Device) -> None:
    """It has no key any more: its tokens end, and it waits for a new pairing."""
    before = facts_of(device)
    own = DeviceToken.merchant_id == device.merchant_id, DeviceToken.device_id == device.id
    await session.execute(update(DeviceToken).where(*own, DeviceToken.ended_at.is_(None)).values(ended_at=origin.now))
    await replace_codes(session, device, origin)
    await _set(session, device, state="created", wipe_id=None, wipe_requested_at=None)
    record(session, device.merchant_id, DeviceEmptied(device.id), origin.now)
    acting = replace(origin, store_id=device.store_id)
    record_change(session, acting, "device.wiped", subject_id=device.id, before=before, after=facts_of(device))


async def _set(session: AsyncSession, device: Device, **values: object) -> None:
    own = Device.merchant_id == device.merchant_id, Device.id == device.id
    await session.execute(update(Device).where(*own).values(values))
    await session.refresh(device)


async def _lock_paired(devices: Devices, device_id: UUID) -> Device:
    device = await devices.lock(device_id)
    if device.state != "paired":
        raise DeviceStateRefused(state=device.state)
    return device
