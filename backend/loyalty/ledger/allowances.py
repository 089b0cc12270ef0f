"""Allowances of tablets, apart from bookings: found by id, and given back."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import within_merchant
from backend.core.models import Event
from backend.core.origin import Origin
from backend.loyalty.ledger.booking.card import HoldState
from backend.loyalty.ledger.models.holds import Hold
from backend.loyalty.ledger.problems.allowances import AllowanceNotFound

FIND = "SELECT row_to_json(h) FROM holds h WHERE h.merchant_id = $1 AND h.id = $2"


async def find_allowance(pool: asyncpg.Pool, merchant_id: UUID, allowance_id: UUID) -> HoldState | None:
    """Also one that ended long ago. The card's version proves it unchanged, as only its card's bookings use it."""
    async with within_merchant(pool, merchant_id) as connection:
        document = await connection.fetchval(FIND, merchant_id, allowance_id)
    hold = msgspec.json.decode(document, type=HoldState) if document else None
    return hold if hold and hold.is_allowance else None


async def end_allowance(session: AsyncSession, origin: Origin, allowance_id: UUID) -> None:
    """Gives back what is left of it. One that has ended stays as it is. Raises AllowanceNotFound."""
    own = _of_device(origin.merchant_id, origin.device_id), Hold.id == allowance_id
    if await session.scalar(select(func.count()).where(*own)) == 0:
        raise AllowanceNotFound
    await _release(session, origin.now, *own)


async def release_allowances(session: AsyncSession, event: Event) -> None:
    """A tablet that was revoked, or has deleted everything, uses none of them any more."""
    device_id = UUID(event.data["device_id"])
    await _release(session, event.occurred_at, _of_device(event.merchant_id, device_id))


def _of_device(merchant_id: UUID, device_id: UUID | None) -> ColumnElement[bool]:
    return (Hold.merchant_id == merchant_id) & (Hold.device_id == device_id) & Hold.is_allowance


async def _release(session: AsyncSession, now: datetime, *which: ColumnElement[bool]) -> None:
    """A booking that uses one of them at this moment finds it changed, and decides again."""
    ended = update(Hold).where(*which, Hold.state == "reserved").values(state="released", settled_at=now)
    await session.execute(ended)
