"""Unlocks and clears the PINs of colleagues."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.origin import Origin
from backend.identity.models import AccessToken
from backend.identity.pins.problems import OwnPinLocked, PinLockedHere
from backend.identity.pins.queries import get_pin
from backend.identity.pins.schemas import PersonPin
from backend.staff_pins.setting import lock_row, remove_pin, unlock_pin


async def unlock(session: AsyncSession, origin: Origin, user_id: UUID) -> PersonPin:
    """Forgets the wrong attempts at a locked or disabled PIN; those at another one stay counted.

    Raises ColleagueNotFound, OwnPinLocked or PinLockedHere: who guesses could begin anew without end.
    """
    if user_id == origin.user_id:
        raise OwnPinLocked
    await lock_row(session, merchant_id=origin.merchant_id, user_id=user_id)
    before = await get_pin(session, origin, user_id)
    if before.locked_until is None and not before.is_disabled:
        return before
    if await _was_locked_here(session, origin, user_id):
        raise PinLockedHere
    await unlock_pin(session, merchant_id=origin.merchant_id, user_id=user_id)
    return await _recorded(session, origin, "pin.unlocked", before)


async def clear(session: AsyncSession, origin: Origin, user_id: UUID) -> PersonPin:
    """The person sets another one with their password. Raises ColleagueNotFound."""
    await lock_row(session, merchant_id=origin.merchant_id, user_id=user_id)
    before = await get_pin(session, origin, user_id)
    if not before.is_set:
        return before
    await remove_pin(session, merchant_id=origin.merchant_id, user_id=user_id)
    return await _recorded(session, origin, "pin.cleared", before)


async def _was_locked_here(session: AsyncSession, origin: Origin, user_id: UUID) -> bool:
    """By wrong attempts from the sign-in of the request."""
    here = AccessToken.id == origin.sign_in_id, AccessToken.locked_people.contains([user_id])
    return await session.scalar(select(AccessToken.id).where(*here)) is not None


async def _recorded(session: AsyncSession, origin: Origin, action: str, before: PersonPin) -> PersonPin:
    session.expire_all()
    after = await get_pin(session, origin, before.user_id)
    record_change(session, origin, action, subject_id=before.user_id, before=_facts(before), after=_facts(after))
    return after


def _facts(pin: PersonPin) -> dict[str, bool]:
    return {"is_set": pin.is_set, "is_locked": pin.locked_until is not None, "is_disabled": pin.is_disabled}
