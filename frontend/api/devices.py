"""Tablets of a merchant."""

from uuid import UUID

from backend.devices.schemas import (
    DeviceChange,
    DeviceDraft,
    DeviceList,
    DeviceMessage,
    DeviceRevocation,
    DeviceView,
    PairingCodeView,
)
from frontend.api.client import Caller

DEVICES = "/merchant/devices"


async def list_devices(caller: Caller) -> list[DeviceView]:
    return (await caller.get(DEVICES, DeviceList)).data


async def get_device(caller: Caller, device_id: UUID) -> DeviceView:
    return await caller.get(f"{DEVICES}/{device_id}", DeviceView)


async def create_device(caller: Caller, draft: DeviceDraft) -> DeviceView:
    return await caller.post(DEVICES, draft, DeviceView)


async def change_device(caller: Caller, device_id: UUID, change: DeviceChange, *, version: int) -> DeviceView:
    return await caller.patch(f"{DEVICES}/{device_id}", change, DeviceView, version=version)


async def make_pairing_code(caller: Caller, device_id: UUID) -> PairingCodeView:
    return await caller.post(f"{DEVICES}/{device_id}/pairing-code", None, PairingCodeView)


async def revoke_device(caller: Caller, device_id: UUID, body: DeviceRevocation) -> DeviceView:
    return await caller.post(f"{DEVICES}/{device_id}/revoke", body, DeviceView)


async def resume_device(caller: Caller, device_id: UUID) -> DeviceView:
    return await caller.post(f"{DEVICES}/{device_id}/resume", None, DeviceView)


async def send_message(caller: Caller, device_id: UUID, body: DeviceMessage) -> DeviceView:
    return await caller.post(f"{DEVICES}/{device_id}/message", body, DeviceView)


async def request_wipe(caller: Caller, device_id: UUID) -> DeviceView:
    return await caller.post(f"{DEVICES}/{device_id}/wipe", None, DeviceView)


async def withdraw_wipe(caller: Caller, device_id: UUID) -> DeviceView:
    return await caller.delete(f"{DEVICES}/{device_id}/wipe", DeviceView)
