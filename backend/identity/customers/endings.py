"""Sessions of customers end: by signing out, here or everywhere, or because somebody else has signed in."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identity.customers.models import CustomerSession, CustomerSignIn
from backend.identity.customers.problems import SignInLinkInvalid
from backend.identity.customers.schemas import NotMeView

DOUBTED = timedelta(hours=1)


async def end_session(session: AsyncSession, merchant_id: UUID, session_id: UUID, now: datetime) -> None:
    this = (CustomerSession.merchant_id == merchant_id, CustomerSession.id == session_id)
    await session.execute(update(CustomerSession).where(*this).values(ended_at=now))


async def end_sessions(
    session: AsyncSession, merchant_id: UUID, customer_id: UUID, now: datetime, *, since: datetime | None = None
) -> int:
    """All of the customer, or those begun `since` then. How many."""
    theirs = (
        CustomerSession.merchant_id == merchant_id,
        CustomerSession.customer_id == customer_id,
        CustomerSession.ended_at.is_(None),
        CustomerSession.expires_at > now,
    )
    ended = update(CustomerSession).where(*theirs).values(ended_at=now).returning(CustomerSession.id)
    if since is not None:
        ended = ended.where(CustomerSession.created_at >= since)
    return len((await session.scalars(ended)).all())


async def disown_sign_in(session: AsyncSession, merchant_id: UUID, mail_id: UUID, now: datetime) -> NotMeView:
    """The recipient did not ask for the email: its code, the customer's other codes, and the sessions in doubt end.

    Raises SignInLinkInvalid.
    """
    asked = select(CustomerSignIn.id, CustomerSignIn.customer_id, CustomerSignIn.created_at)
    of_mail = asked.where(CustomerSignIn.merchant_id == merchant_id, CustomerSignIn.mail_id == mail_id)
    sign_in = (await session.execute(of_mail)).one_or_none()
    if sign_in is None or sign_in.customer_id is None:
        raise SignInLinkInvalid
    still_open = (
        CustomerSignIn.merchant_id == merchant_id,
        CustomerSignIn.customer_id == sign_in.customer_id,
        CustomerSignIn.ended_at.is_(None),
        CustomerSignIn.expires_at > now,
    )
    ended = update(CustomerSignIn).where(*still_open).values(ended_at=now).returning(CustomerSignIn.id)
    codes = (await session.scalars(ended)).all()
    since = min(sign_in.created_at, now - DOUBTED)
    sessions_ended = await end_sessions(session, merchant_id, sign_in.customer_id, now, since=since)
    return NotMeView(sign_in.created_at, sign_in.id in codes, sessions_ended)
