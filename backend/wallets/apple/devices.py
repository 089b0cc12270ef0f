"""Which phones are pushed for a pass, and when a phone is deleted.

Every change to a phone's passes locks the phone's row first, so that changes happen one after the other.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions, enter_merchant
from backend.wallets.models import AppleDevice, ApplePass, AppleRegistration
from backend.wallets.ports import LinkKey
from backend.wallets.wallet_links import set_saved

DEVICES_MAX = 20
"""Per pass. Each phone costs a push, and nobody needs more."""


async def register(session: AsyncSession, serial: UUID, *, library_id: str, push_token: str, now: datetime) -> bool:
    """Whether the registration is new. The push token replaces the former one of the phone."""
    token = {"push_token": push_token, "token_updated_at": now}
    device = insert(AppleDevice).values(id=uuid4(), library_id=library_id, is_known=False, **token)
    is_known = AppleDevice.is_known & (AppleDevice.push_token == push_token)
    device_id = await session.scalar(
        device.on_conflict_do_update(index_elements=["library_id"], set_=token | {"is_known": is_known}).returning(
            AppleDevice.id
        )
    )
    registration = insert(AppleRegistration).values(device_id=device_id, serial=serial, created_at=now)
    added = await session.scalar(registration.on_conflict_do_nothing().returning(AppleRegistration.serial))
    if added is not None:
        await _keep_newest(session, serial)
    return added is not None


async def unregister(session: AsyncSession, serial: UUID, library_id: str) -> None:
    device_id = await session.scalar(
        select(AppleDevice.id).where(AppleDevice.library_id == library_id).with_for_update()
    )
    if device_id is not None:
        await _unregister(session, [device_id], serial)
        await _update_saved(session, [serial])


async def delete_devices(sessions: Sessions, token: str, *, stored_before: datetime) -> None:
    """Apple has reported the token as unregistered. A phone that has registered it again since then stays."""
    async with sessions.committing() as session:
        ids = await session.scalars(
            select(AppleDevice.id)
            .where(AppleDevice.push_token == token, AppleDevice.token_updated_at < stored_before)
            .order_by(AppleDevice.id)
            .with_for_update()
        )
        devices = list(ids)
        registered = select(AppleRegistration.serial).where(AppleRegistration.device_id.in_(devices)).distinct()
        serials = list(await session.scalars(registered))
        await session.execute(delete(AppleDevice).where(AppleDevice.id.in_(devices)))
        await _update_saved(session, serials)


async def mark_known(sessions: Sessions, token: str) -> None:
    """Apple has accepted a push for the token, so it is a real one."""
    async with sessions.committing() as session:
        await session.execute(update(AppleDevice).where(AppleDevice.push_token == token).values(is_known=True))


async def knows_any(sessions: Sessions) -> bool:
    """Whether Apple has accepted a push for any phone that is registered now."""
    async with sessions.committing() as session:
        return bool(await session.scalar(select(exists().where(AppleDevice.is_known))))


async def _keep_newest(session: AsyncSession, serial: UUID) -> None:
    """Unregisters the oldest phones above the limit. Skips locked ones, so that two sessions never deadlock."""
    too_many = (
        select(AppleDevice.id)
        .join(AppleRegistration, AppleRegistration.device_id == AppleDevice.id)
        .where(AppleRegistration.serial == serial)
        .order_by(AppleDevice.token_updated_at.desc(), AppleDevice.id)
        .offset(DEVICES_MAX)
    )
    oldest = select(AppleDevice.id).where(AppleDevice.id.in_(too_many)).with_for_update(skip_locked=True)
    devices = list(await session.scalars(oldest))
    if devices:
        await _unregister(session, devices, serial)


async def _unregister(session: AsyncSession, devices: Sequence[UUID], serial: UUID) -> None:
    """Deletes a phone that has no pass left."""
    await session.execute(
        delete(AppleRegistration).where(AppleRegistration.device_id.in_(devices), AppleRegistration.serial == serial)
    )
    holds_others = exists().where(AppleRegistration.device_id == AppleDevice.id)
    await session.execute(delete(AppleDevice).where(AppleDevice.id.in_(devices), ~holds_others))


async def _update_saved(session: AsyncSession, serials: Sequence[UUID]) -> None:
    """Records whether each pass is still on a phone. Writes before it reads: the lock orders concurrent changes."""
    is_registered = exists().where(AppleRegistration.serial == ApplePass.serial)
    order = (ApplePass.merchant_id, ApplePass.card_id)
    for row in await session.scalars(select(ApplePass).where(ApplePass.serial.in_(serials)).order_by(*order)):
        key: LinkKey = (row.merchant_id, row.card_id, "apple")
        await enter_merchant(session, row.merchant_id)
        await set_saved(session, key, is_saved=False)
        if await session.scalar(select(ApplePass.serial).where(ApplePass.serial == row.serial, is_registered)):
            await set_saved(session, key, is_saved=True)
