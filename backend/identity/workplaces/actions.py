from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.actor import Actor
from backend.identity.models import AccessToken
from backend.identity.sessions.actions import lock_sessions, renew_session
from backend.identity.workplaces.queries import list_workplaces, workplace_with
from backend.merchants.problems import MerchantNotFound


async def switch_workplace(session: AsyncSession, actor: Actor, code: str, now: datetime) -> tuple[str, datetime]:
    """Trades the session for one at another merchant, which ends at the same time. Returns the token and its expiry.

    Raises MerchantNotFound for a merchant for whom the user does not work.
    """
    workplace = workplace_with(await list_workplaces(session, actor.user_id), code)
    if workplace is None:
        raise MerchantNotFound
    return await renew_session(session, actor.sign_in_id, now, merchant_id=workplace.id)


async def leave_workplace(session: AsyncSession, user_id: UUID, merchant_id: UUID, now: datetime) -> None:
    """Ends the user's sessions at this merchant, from the next request on."""
    await lock_sessions(session, user_id)
    theirs = AccessToken.user_id == user_id, AccessToken.merchant_id == merchant_id, AccessToken.revoked_at.is_(None)
    await session.execute(update(AccessToken).where(*theirs).values(revoked_at=now))
