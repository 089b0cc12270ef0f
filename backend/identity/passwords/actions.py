"""Changes a person's password."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.requests import ApiRequest, reader_language
from backend.core.resources import resources_of
from backend.identity.factors.proofs import read_factors
from backend.identity.models import PasswordReset, SignInChallenge
from backend.identity.own_changes import AccountChange, record_account_change
from backend.identity.problems import ResetLinkEnded
from backend.identity.queries import token_hash
from backend.identity.sessions.actions import end_sessions
from backend.identity.workplaces.queries import list_workplaces
from backend.staff.models import User
from backend.staff.passwords import PasswordOwner, hash_new_password, is_long


async def owner_of(session: AsyncSession, user: User) -> PasswordOwner:
    """What others know about the person, and whether they have a second factor."""
    return PasswordOwner(
        email=user.email_norm,
        name=user.name,
        merchants=[place.name for place in await list_workplaces(session, user.id)],
        has_second_factor=(await read_factors(session, user)).has_any,
    )


async def change_password(session: AsyncSession, user: User, password: str) -> None:
    """Ends links and sign-ins that began with the former one. Raises what `hash_new_password` raises."""
    user.password_hash = await hash_new_password(password, await owner_of(session, user))
    user.has_long_password = is_long(password)
    await session.flush()
    for table in (PasswordReset, SignInChallenge):
        await session.execute(delete(table).where(table.user_id == user.id))


async def find_reset(session: AsyncSession, token: str, now: datetime, *, is_locked: bool = False) -> PasswordReset:
    """Raises ResetLinkEnded."""
    query = select(PasswordReset).where(PasswordReset.token_hash == token_hash(token), PasswordReset.expires_at > now)
    reset: PasswordReset | None = await session.scalar(query.with_for_update() if is_locked else query)
    if reset is None:
        raise ResetLinkEnded
    return reset


async def reset_password(session: AsyncSession, request: ApiRequest, token: str, password: str) -> None:
    """Ends all sessions of the person and keeps the second factor. A refused password leaves the link open.

    Raises ResetLinkEnded, or what `hash_new_password` raises.
    """
    now = clock.now()
    reset = await find_reset(session, token, now, is_locked=True)
    user = await session.get_one(User, reset.user_id)
    if not user.is_active:
        raise ResetLinkEnded
    await change_password(session, user, password)
    ended = await end_sessions(session, user.id, now)
    change = AccountChange(
        user=user,
        by=user.name,
        by_id=user.id,
        action="account.password_reset",
        after={"sessions_ended": ended},
        language=reader_language(request),
        now=now,
        instance="",
        request_id=request.scope["state"]["request_id"],
        user_agent=request.headers.get("user-agent", ""),
    )
    await record_account_change(session, resources_of(request), change)
