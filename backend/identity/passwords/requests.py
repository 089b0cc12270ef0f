"""“I forgot my password”: the request is stored, and answered by the worker, to the person's own email only."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import normalize_email
from backend.core.resources import Resources
from backend.identity.mails import Addressee, Secret, queue_password_reset
from backend.identity.models import PasswordReset, PasswordResetRequest
from backend.identity.queries import token_hash
from backend.messaging.limits import may_write
from backend.staff.models import User

VALID_FOR = timedelta(minutes=30)
TOKEN_BYTES = 32
BATCH = 20
PAGE = "/reset"


async def ask_for_reset(session: AsyncSession, email: str, language: str, now: datetime) -> None:
    """The same work for every address: nothing is looked up before the answer."""
    session.add(PasswordResetRequest(email_norm=normalize_email(email), language=language, created_at=now))


async def answer_some(session: AsyncSession, resources: Resources, now: datetime) -> int:
    """Answers at most BATCH requests in the caller's transaction and returns how many there were."""
    due = select(PasswordResetRequest.id).order_by(PasswordResetRequest.created_at).limit(BATCH)
    taken = (
        delete(PasswordResetRequest)
        .where(PasswordResetRequest.id.in_(due))
        .returning(PasswordResetRequest.email_norm, PasswordResetRequest.language)
    )
    requests = (await session.execute(taken)).all()
    keys, limits = resources.key_ring, resources.live.current.limits
    for email_norm, language in requests:
        user = await session.scalar(select(User).where(User.email_norm == email_norm, User.is_active))
        if user is not None and await may_write(session, keys, email_norm, now, limits):
            await send_reset_link(session, resources, user, user.language or language, now)
    return len(requests)


async def make_reset_link(session: AsyncSession, user: User, now: datetime) -> str:
    """The token; an earlier one opens nothing any more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"token_hash": token_hash(token), "expires_at": now + VALID_FOR}
    link = insert(PasswordReset).values(user_id=user.id, **values)
    await session.execute(link.on_conflict_do_update(index_elements=["user_id"], set_=values))
    return token


async def send_reset_link(
    session: AsyncSession, resources: Resources, user: User, language: str, now: datetime
) -> None:
    """To a person with this email; an earlier link opens nothing any more."""
    token = await make_reset_link(session, user, now)
    await queue_password_reset(
        session,
        resources.key_ring,
        Addressee(user.email, user.name, language),
        Secret(token, VALID_FOR),
        now,
        page_url=f"{resources.settings.public_url}{PAGE}",
        platform_name=resources.live.current.branding.platform_name,
    )
