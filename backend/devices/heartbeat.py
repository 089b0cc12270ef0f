"""What a device says of itself, and what it is told to do."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.core.platform_settings import SecuritySettings
from backend.devices.commands import commands_for, note_followed
from backend.devices.models import Device
from backend.devices.queries import RegisteredDevice, lock_device
from backend.devices.rules import ROLL_DUE
from backend.devices.schemas.tablet import CommandName, DeviceCommand, Heartbeat, HeartbeatAnswer

EVERY_SECONDS = 900
"""Android wakes an app for periodic work no more often."""


async def take_heartbeat(
    session: AsyncSession, origin: Origin, known: RegisteredDevice, body: Heartbeat, settings: SecuritySettings
) -> HeartbeatAnswer:
    """Raises DeviceNotFound."""
    device = await lock_device(session, origin, known.id, None)
    await _note(session, device, body, origin.now)
    await note_followed(session, origin, device, body.followed)
    due = _commands(device, known.token.created_at, body.versions.app_version_code, settings, origin.now)
    commands = [*(DeviceCommand(command) for command in due), *commands_for(device)]
    return HeartbeatAnswer(origin.now, commands if device.state == "paired" else [], EVERY_SECONDS)


async def note_resynced(session: AsyncSession, merchant_id: UUID, device_id: UUID) -> None:
    """It has fetched everything anew."""
    own = Device.merchant_id == merchant_id, Device.id == device_id, Device.must_resync
    await session.execute(update(Device).where(*own).values(must_resync=False))


async def _note(session: AsyncSession, device: Device, body: Heartbeat, now: datetime) -> None:
    """Not a change by a person: its version stays the same."""
    versions = body.versions
    values = {
        "heartbeat_at": now,
        "last_seen_at": now,
        "clock_offset_ms": (body.device_time - now) // timedelta(milliseconds=1),
        "boot_id": body.boot_id,
        "elapsed_realtime_ms": body.elapsed_realtime_ms,
        "pending_count": body.pending_count,
        "oldest_pending_at": body.oldest_pending_at if body.pending_count else None,
        "battery_percent": body.battery_percent,
        "network": body.network or None,
        "is_kiosk_locked": body.kiosk_locked,
        "app_version_code": versions.app_version_code,
        "app_version_name": versions.app_version_name or None,
        "texts_version": versions.texts_version,
        "os_sdk": device.os_sdk if versions.os_sdk is None else versions.os_sdk,
        "os_patch_level": versions.os_patch_level or device.os_patch_level,
    }
    own = Device.merchant_id == device.merchant_id, Device.id == device.id
    await session.execute(update(Device).where(*own).values(values))


def _commands(
    device: Device, token_since: datetime, version_code: int, settings: SecuritySettings, now: datetime
) -> list[CommandName]:
    wanted = max(settings.device_latest_version_code, settings.device_min_version_code)
    due: dict[CommandName, bool] = {
        "roll_token": now >= token_since + ROLL_DUE,
        "resync": device.must_resync,
        "update": version_code < wanted,
    }
    return [command for command, is_due in due.items() if is_due]
