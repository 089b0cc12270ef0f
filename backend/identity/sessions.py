from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identity.models import AccessToken


async def end_sessions(session: AsyncSession, user_id: UUID, now: datetime, *, merchant_id: UUID | None = None) -> None:
    """Revokes the user's sessions, from the next request on; with `merchant_id` only those at this merchant."""
    theirs = [AccessToken.user_id == user_id, AccessToken.revoked_at.is_(None)]
    if merchant_id is not None:
        theirs.append(AccessToken.merchant_id == merchant_id)
    await session.execute(update(AccessToken).where(*theirs).values(revoked_at=now))
