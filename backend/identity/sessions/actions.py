"""Begins, renews and ends sessions."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ScalarSelect, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.problems import Unauthenticated
from backend.core.ids import new_id
from backend.core.platform_settings import PlatformSettings
from backend.identity.factors.tries import device_of_session, move_factor_tries
from backend.identity.models import USER_AGENT_MAX, AccessToken
from backend.identity.queries import token_hash
from backend.staff.models import User

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewSession:
    """`is_confirmed`: the person may change their own account at once, as after a confirmation."""

    user_id: UUID
    merchant_id: UUID | None
    user_agent: str
    second_factor: str | None = None
    is_confirmed: bool = False


async def lock_sessions(session: AsyncSession, user_id: UUID | ScalarSelect[UUID]) -> None:
    """Until the commit nobody else begins, renews or ends a session of this person: none is missed."""
    await session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


async def begin_session(
    session: AsyncSession, new: NewSession, now: datetime, settings: PlatformSettings
) -> tuple[str, datetime]:
    """The token and its expiry. Deletes the person's sessions that are kept no longer."""
    kept_since = now - timedelta(days=settings.privacy.access_tokens_days)
    await session.execute(
        delete(AccessToken).where(AccessToken.user_id == new.user_id, AccessToken.expires_at < kept_since)
    )
    expires_at = now + timedelta(hours=settings.security.access_token_hours)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        AccessToken(
            token_hash=token_hash(token),
            user_id=new.user_id,
            merchant_id=new.merchant_id,
            created_at=now,
            last_seen_at=now,
            expires_at=expires_at,
            user_agent=new.user_agent[:USER_AGENT_MAX] or None,
            second_factor=new.second_factor,
            confirmed_at=now if new.is_confirmed else None,
        )
    )
    await session.flush()
    return token, expires_at


async def renew_session(
    session: AsyncSession,
    sign_in_id: UUID,
    now: datetime,
    *,
    merchant_id: UUID | None = None,
    second_factor: str | None = None,
    confirmed_at: datetime | None = None,
) -> tuple[str, datetime]:
    """A new token in place of the session's, which opens nothing any more, with what is given here.

    It began when the former one began, and ends when that one would have ended. What was tried from it stays counted.
    Raises Unauthenticated when it has ended meanwhile.
    """
    person = select(AccessToken.user_id).where(AccessToken.id == sign_in_id).scalar_subquery()
    await lock_sessions(session, person)
    former = await session.scalar(select(AccessToken).where(AccessToken.id == sign_in_id).with_for_update())
    if former is None or former.revoked_at is not None:
        raise Unauthenticated
    token = secrets.token_urlsafe(TOKEN_BYTES)
    kept = {column.key: getattr(former, column.key) for column in AccessToken.__table__.columns if column.key != "id"}
    given = {"merchant_id": merchant_id, "second_factor": second_factor, "confirmed_at": confirmed_at}
    new = {name: value for name, value in given.items() if value is not None}
    renewed = AccessToken(**kept | new | {"id": new_id(), "token_hash": token_hash(token), "last_seen_at": now})
    session.add(renewed)
    former.revoked_at = now
    await session.flush()
    await move_factor_tries(session, former.user_id, device_of_session(former.id), device_of_session(renewed.id))
    return token, former.expires_at


async def end_session(session: AsyncSession, user_id: UUID, sign_in_id: UUID, now: datetime) -> bool:
    """Whether the person had this session. Its token opens nothing from the next request on."""
    await lock_sessions(session, user_id)
    ended = (
        update(AccessToken)
        .where(AccessToken.user_id == user_id, AccessToken.id == sign_in_id, AccessToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(AccessToken.id)
    )
    return await session.scalar(ended) is not None


async def end_sessions(session: AsyncSession, user_id: UUID, now: datetime, *, but: UUID | None = None) -> int:
    """How many have ended: all of the person's, or all but one."""
    await lock_sessions(session, user_id)
    ended = (
        update(AccessToken)
        .where(AccessToken.user_id == user_id, AccessToken.revoked_at.is_(None), AccessToken.expires_at > now)
        .values(revoked_at=now)
        .returning(AccessToken.id)
    )
    if but is not None:
        ended = ended.where(AccessToken.id != but)
    return len(list(await session.scalars(ended)))
