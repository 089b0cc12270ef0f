"""Begins, renews and ends sessions."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.actor import Actor
from backend.core.platform_settings import PlatformSettings
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


async def lock_sessions(session: AsyncSession, user_id: UUID) -> None:
    """Until the commit nobody else begins, renews or ends a session of this person: none is missed."""
    await session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


async def begin_session(
    session: AsyncSession, new: NewSession, now: datetime, settings: PlatformSettings
) -> tuple[str, datetime]:
    """The token and its expiry. Deletes the person's sessions that are past their retention."""
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
    session: AsyncSession, actor: Actor, now: datetime, *, second_factor: str | None = None
) -> tuple[str, datetime]:
    """A new token in place of the actor's, which opens nothing any more. The session ends when it would have ended."""
    row = await session.scalar(select(AccessToken).where(AccessToken.id == actor.sign_in_id).with_for_update())
    assert row is not None, "the request was made with it"
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        AccessToken(
            token_hash=token_hash(token),
            user_id=row.user_id,
            merchant_id=row.merchant_id,
            created_at=row.created_at,
            last_seen_at=now,
            expires_at=row.expires_at,
            user_agent=row.user_agent,
            second_factor=second_factor or row.second_factor,
            confirmed_at=row.confirmed_at,
        )
    )
    row.revoked_at = now
    await session.flush()
    return token, row.expires_at


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


async def confirm_session(session: AsyncSession, sign_in_id: UUID, now: datetime) -> None:
    await session.execute(update(AccessToken).where(AccessToken.id == sign_in_id).values(confirmed_at=now))
