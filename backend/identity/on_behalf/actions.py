"""Begin and end to act for a merchant. Both are entries in the merchant's chain."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.identity.on_behalf.models import OnBehalfSession
from backend.identity.queries import token_hash

LONGEST = timedelta(minutes=30)
TOKEN_BYTES = 32


async def begin_on_behalf(session: AsyncSession, origin: Origin, reason: str) -> tuple[str, datetime]:
    """The token, and when it opens nothing any more at the latest."""
    assert origin.sign_in_id is not None, "an administrator signs in before acting for a merchant"
    token, ends_at, session_id = secrets.token_urlsafe(TOKEN_BYTES), origin.now + LONGEST, new_id()
    session.add(
        OnBehalfSession(
            token_hash=token_hash(token),
            id=session_id,
            sign_in_id=origin.sign_in_id,
            merchant_id=origin.merchant_id,
            reason=reason,
            begun_at=origin.now,
            ends_at=ends_at,
        )
    )
    told = replace(origin, on_behalf_reason=reason)
    record_change(session, told, "on_behalf.begun", subject_id=session_id, after={"ends_at": ends_at.isoformat()})
    return token, ends_at


async def end_on_behalf(session: AsyncSession, origin: Origin, session_id: UUID) -> None:
    """The token opens nothing from the next request on. Of several at once one ends it."""
    mine = OnBehalfSession.id == session_id, OnBehalfSession.ended_at.is_(None)
    ended = update(OnBehalfSession).where(*mine).values(ended_at=origin.now).returning(OnBehalfSession.id)
    if await session.scalar(ended) is not None:
        after = {"ends_at": origin.now.isoformat()}
        record_change(session, origin, "on_behalf.ended", subject_id=session_id, after=after)
