"""Limits the tries of second factors, in PostgreSQL: they hold without Redis, too."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.problems import RateLimited
from backend.identity.models import FactorTry

TRIES_MAX = 10
WINDOW = timedelta(hours=1)
"""Ten of a million codes in an hour, of which three are valid: a month of guessing finds one with 2 %."""


async def count_factor_try(session: AsyncSession, user_id: UUID, device: str, now: datetime) -> None:
    """Counts a try; commit it before the factor is verified. Raises RateLimited.

    `device`: a known device or a session has a count of its own, so that nobody who has found out the password keeps
    the person out of their own browser. All others share the count of the empty device.
    """
    is_past = FactorTry.began_at <= now - WINDOW
    counted = (
        insert(FactorTry)
        .values(user_id=user_id, device=device, tries=1, began_at=now)
        .on_conflict_do_update(
            index_elements=["user_id", "device"],
            set_={
                "tries": case((is_past, 1), else_=FactorTry.tries + 1),
                "began_at": case((is_past, now), else_=FactorTry.began_at),
            },
            where=is_past | (FactorTry.tries < TRIES_MAX),
        )
        .returning(FactorTry.tries)
    )
    if await session.scalar(counted) is None:
        raise RateLimited(int(WINDOW.total_seconds()))


async def codes_refused_until(session: AsyncSession, user_id: UUID, now: datetime) -> datetime | None:
    """Of the unknown devices together; None while they may try."""
    full = FactorTry.user_id == user_id, FactorTry.device == "", FactorTry.tries >= TRIES_MAX
    began_at: datetime | None = await session.scalar(select(FactorTry.began_at).where(*full))
    return began_at + WINDOW if began_at is not None and began_at + WINDOW > now else None


async def forget_factor_tries(session: AsyncSession, user_id: UUID, device: str) -> None:
    """After a valid factor."""
    await session.execute(delete(FactorTry).where(FactorTry.user_id == user_id, FactorTry.device == device))


async def move_factor_tries(session: AsyncSession, user_id: UUID, device: str, to: str) -> None:
    """A session with a new token has the tries of the former one."""
    tried = update(FactorTry).where(FactorTry.user_id == user_id, FactorTry.device == device)
    await session.execute(tried.values(device=to))


def device_of_session(sign_in_id: UUID) -> str:
    """Under which a session's tries are counted."""
    return sign_in_id.hex
