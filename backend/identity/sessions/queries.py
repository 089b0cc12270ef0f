from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.actor import Actor
from backend.core.platform_settings import SecuritySettings
from backend.identity.models import AccessToken
from backend.identity.sessions.limits import has_idled
from backend.identity.sessions.schemas import OwnSessionList, OwnSessionView
from backend.identity.sessions.user_agents import browser_of, system_of


async def list_sessions(
    session: AsyncSession, actor: Actor, now: datetime, security: SecuritySettings
) -> OwnSessionList:
    """Those that still open something: the actor's own first, then by their last request."""
    open_ones = (
        select(AccessToken)
        .where(AccessToken.user_id == actor.user_id, AccessToken.revoked_at.is_(None), AccessToken.expires_at > now)
        .order_by((AccessToken.id == actor.sign_in_id).desc(), AccessToken.last_seen_at.desc())
    )
    return OwnSessionList(
        [
            OwnSessionView(
                id=row.id,
                browser=browser_of(row.user_agent),
                system=system_of(row.user_agent),
                first_seen_at=row.created_at,
                last_seen_at=row.last_seen_at,
                is_current=row.id == actor.sign_in_id,
            )
            for row in await session.scalars(open_ones)
            if not has_idled(row.last_seen_at, security, now, is_platform=actor.merchant is None)
        ]
    )
