from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.hashing import hash_secret
from backend.core.ids import new_id
from backend.core.keys import KeyRing
from backend.staff_pins.models import StaffPin
from backend.staff_pins.problems import PinWeak
from backend.staff_pins.rules import peppered
from backend.staff_pins.weak import is_weak

UNTRIED: dict[str, Any] = {"failed_count": 0, "wrong_in_a_row": 0, "locked_until": None}
"""No wrong attempts."""


async def choose_pin(
    session: AsyncSession, keys: KeyRing, pin: str, *, merchant_id: UUID, user_id: UUID, now: datetime
) -> None:
    """As `put_pin`, by the person themselves. Raises PinWeak."""
    if is_weak(pin):
        raise PinWeak
    await put_pin(session, keys, pin, merchant_id=merchant_id, user_id=user_id, now=now)


async def put_pin(
    session: AsyncSession, keys: KeyRing, pin: str, *, merchant_id: UUID, user_id: UUID, now: datetime
) -> None:
    """In place of the one they had. Wrong attempts at that one are forgotten with it."""
    verifier = await hash_secret(peppered(keys, merchant_id, user_id, pin)[0])
    fresh = {"verifier": verifier, "is_active": True, "set_at": now} | UNTRIED | {"verifying_until": None}
    row = insert(StaffPin).values(merchant_id=merchant_id, id=new_id(), user_id=user_id, created_at=now, **fresh)
    await session.execute(row.on_conflict_do_update(index_elements=["merchant_id", "user_id"], set_=fresh))


async def lock_row(session: AsyncSession, *, merchant_id: UUID, user_id: UUID) -> None:
    """Until the transaction ends, nothing else changes the PIN."""
    theirs = StaffPin.merchant_id == merchant_id, StaffPin.user_id == user_id
    await session.execute(select(StaffPin.id).where(*theirs).with_for_update())


async def unlock_pin(session: AsyncSession, *, merchant_id: UUID, user_id: UUID) -> None:
    """Forgets the wrong attempts."""
    theirs = StaffPin.merchant_id == merchant_id, StaffPin.user_id == user_id
    await session.execute(update(StaffPin).where(*theirs).values(UNTRIED))


async def remove_pin(session: AsyncSession, *, merchant_id: UUID, user_id: UUID) -> None:
    """The row stays, because history refers to it; nothing of the PIN does."""
    theirs = StaffPin.merchant_id == merchant_id, StaffPin.user_id == user_id
    nothing = {"is_active": False, "verifier": ""} | UNTRIED
    await session.execute(update(StaffPin).where(*theirs).values(nothing))
