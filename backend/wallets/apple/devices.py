"""Which phones hear of a pass, and when one is forgotten.

Whatever changes a phone's passes locks its row first: what follows sees all that went before.
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
"""Phones that hear of one pass; more are nobody's, and each costs a push."""


async def register(session: AsyncSession, serial: UUID, *, library_id: str, push_token: str, now: datetime) -> bool:
    """Whether it is new. A phone that registers again may have a new push token, which replaces the old one."""
    told = {"push_token": push_token, "token_updated_at": now}
    device = insert(AppleDevice).values(id=uuid4(), library_id=library_id, is_known=False, **told)
    is_known = AppleDevice.is_known & (AppleDevice.push_token == push_token)
    device_id = await session.scalar(
        device.on_conflict_do_update(index_elements=["library_id"], set_=told | {"is_known": is_known}).returning(
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
        await _take_from(session, [device_id], serial)
        await _settle(session, [serial])


async def forget_devices(sessions: Sessions, token: str, *, stored_before: datetime) -> None:
    """Apple says that nobody is there any more. A phone that came back with the token meanwhile stays."""
    async with sessions.committing() as session:
        gone = await session.scalars(
            select(AppleDevice.id)
            .where(AppleDevice.push_token == token, AppleDevice.token_updated_at < stored_before)
            .order_by(AppleDevice.id)
            .with_for_update()
        )
        devices = list(gone)
        held = select(AppleRegistration.serial).where(AppleRegistration.device_id.in_(devices)).distinct()
        serials = list(await session.scalars(held))
        await session.execute(delete(AppleDevice).where(AppleDevice.id.in_(devices)))
        await _settle(session, serials)


async def note_known(sessions: Sessions, token: str) -> None:
    """Apple has taken a push for it: it is no token that somebody made up."""
    async with sessions.committing() as session:
        await session.execute(update(AppleDevice).where(AppleDevice.push_token == token).values(is_known=True))


async def knows_any(sessions: Sessions) -> bool:
    """Whether Apple has ever taken a push for a phone that is still here."""
    async with sessions.committing() as session:
        return bool(await session.scalar(select(exists().where(AppleDevice.is_known))))


async def _keep_newest(session: AsyncSession, serial: UUID) -> None:
    """The others lose the pass. One that is busy now waits for the next time, rather than two for each other."""
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
        await _take_from(session, devices, serial)


async def _take_from(session: AsyncSession, devices: Sequence[UUID], serial: UUID) -> None:
    """A phone without passes is forgotten."""
    await session.execute(
        delete(AppleRegistration).where(AppleRegistration.device_id.in_(devices), AppleRegistration.serial == serial)
    )
    holds_others = exists().where(AppleRegistration.device_id == AppleDevice.id)
    await session.execute(delete(AppleDevice).where(AppleDevice.id.in_(devices), ~holds_others))


async def _settle(session: AsyncSession, serials: Sequence[UUID]) -> None:
    """Whether each pass is still on a phone. Written first and looked at then: the lock puts two phones in order."""
    held = exists().where(AppleRegistration.serial == ApplePass.serial)
    order = (ApplePass.merchant_id, ApplePass.card_id)
    for found in await session.scalars(select(ApplePass).where(ApplePass.serial.in_(serials)).order_by(*order)):
        key: LinkKey = (found.merchant_id, found.card_id, "apple")
        await enter_merchant(session, found.merchant_id)
        await set_saved(session, key, is_saved=False)
        if await session.scalar(select(ApplePass.serial).where(ApplePass.serial == found.serial, held)):
            await set_saved(session, key, is_saved=True)
