"""A customer signs in with an emailed code, and out again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import normalize_email
from backend.core.database import Sessions
from backend.core.events import record
from backend.core.keys import KeyRing
from backend.identity.customers.codes import TRIES_MAX, VALID_FOR, is_code
from backend.identity.customers.events import SignInCodeAsked
from backend.identity.customers.models import CustomerSession, CustomerSignIn
from backend.identity.customers.problems import SignInCodeExpired, SignInCodeWrong
from backend.identity.customers.schemas import CustomerSignInView, SignInAttempt
from backend.identity.customers.tokens import TokenClaim, new_token, read_token

SESSION = timedelta(days=30)


async def ask_for_code(
    session: AsyncSession, merchant_id: UUID, email: str, former: str | None, now: datetime
) -> SignInAttempt:
    """The same work for every address: the worker looks it up. `former`: the browser's last attempt; it ends."""
    claim = read_token(former or "")
    if claim is not None and claim.merchant_id == merchant_id:
        await session.execute(update(CustomerSignIn).where(*_is_open(claim, now)).values(ended_at=now))
    token, expires_at = new_token(merchant_id), now + VALID_FOR
    session.add(
        CustomerSignIn(
            merchant_id=merchant_id,
            id=token.id,
            token_hash=token.hash,
            email_norm=normalize_email(email),
            created_at=now,
            expires_at=expires_at,
        )
    )
    record(session, merchant_id, SignInCodeAsked(token.id), now)
    return SignInAttempt(token.text, expires_at)


async def sign_in_customer(
    sessions: Sessions, keys: KeyRing, attempt: str, code: str, now: datetime
) -> CustomerSignInView:
    """A session for the code. Raises SignInCodeWrong or SignInCodeExpired.

    The try is counted and committed before the code is verified: of parallel guesses no more than TRIES_MAX are.
    """
    claim = read_token(attempt)
    if claim is None:
        raise SignInCodeExpired
    counted = (
        update(CustomerSignIn)
        .where(*_is_open(claim, now), CustomerSignIn.tries < TRIES_MAX)
        .values(tries=CustomerSignIn.tries + 1)
        .returning(CustomerSignIn.tries, CustomerSignIn.code_mac)
    )
    async with sessions.committing(claim.merchant_id) as session:
        row = (await session.execute(counted)).one_or_none()
    if row is None:
        raise SignInCodeExpired
    if not is_code(keys, claim.id, code, row.code_mac):
        if row.tries == TRIES_MAX:
            raise SignInCodeExpired
        raise SignInCodeWrong(tries_left=TRIES_MAX - row.tries)
    async with sessions.committing(claim.merchant_id) as session:
        return await _begin_session(session, claim, now)


async def _begin_session(session: AsyncSession, claim: TokenClaim, now: datetime) -> CustomerSignInView:
    """Ends the attempt: of two simultaneous requests with the code one is refused. Raises SignInCodeExpired."""
    used = update(CustomerSignIn).where(*_is_open(claim, now)).values(ended_at=now)
    customer_id = await session.scalar(used.returning(CustomerSignIn.customer_id))
    if customer_id is None:
        raise SignInCodeExpired
    token, expires_at = new_token(claim.merchant_id), now + SESSION
    session.add(
        CustomerSession(
            merchant_id=claim.merchant_id,
            id=token.id,
            token_hash=token.hash,
            customer_id=customer_id,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return CustomerSignInView(token.text, expires_at)


def _is_open(claim: TokenClaim, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        CustomerSignIn.merchant_id == claim.merchant_id,
        CustomerSignIn.id == claim.id,
        CustomerSignIn.token_hash == claim.hash,
        CustomerSignIn.ended_at.is_(None),
        CustomerSignIn.expires_at > now,
    )
