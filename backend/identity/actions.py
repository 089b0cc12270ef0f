"""Signing in and out."""

import secrets
from base64 import b32decode
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.addresses import normalize_email
from backend.core.encryption import unseal
from backend.core.hashing import verify_secret
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.core.platform_settings import PlatformSettings
from backend.identity.metrics import SIGN_IN_FAILURES
from backend.identity.models import AccessToken
from backend.identity.problems import PasswordWrong, SignInRefused, TotpRequired
from backend.identity.queries import token_hash
from backend.identity.schemas import OwnPin, SignIn
from backend.identity.workplaces.queries import choose_workplace
from backend.staff.actions import totp_place
from backend.staff.models import User
from backend.staff_pins.setting import choose_pin

TOTP_STEP_SECONDS = 30


async def sign_in(
    session: AsyncSession, keys: KeyRing, body: SignIn, now: datetime, settings: PlatformSettings
) -> tuple[str, datetime]:
    """A new token and its expiry.

    Raises SignInRefused, after the same time whether or not the user exists, or TotpRequired when the password is right
    and the code is missing. Raises MerchantNotFound or NoWorkplace when both are right.
    """
    email = normalize_email(body.email)
    user = await session.scalar(select(User).where(User.email_norm == email, User.is_active))
    if not await verify_secret(user.password_hash if user else None, body.password) or user is None:
        SIGN_IN_FAILURES.inc()
        raise SignInRefused
    if user.totp_secret:
        step = _totp_step(unseal(keys, user.totp_secret, totp_place(user.id)), body.totp, now)
        await _use_totp_step(session, user.id, step)
    merchant_id = await choose_workplace(session, user, body.merchant)
    return await _new_token(session, user.id, merchant_id, now, settings)


async def _new_token(
    session: AsyncSession, user_id: UUID, merchant_id: UUID | None, now: datetime, settings: PlatformSettings
) -> tuple[str, datetime]:
    kept_since = now - timedelta(days=settings.privacy.access_tokens_days)
    await session.execute(
        delete(AccessToken).where(AccessToken.user_id == user_id, AccessToken.expires_at < kept_since)
    )
    expires_at = now + timedelta(hours=settings.security.access_token_hours)
    token = secrets.token_urlsafe(32)
    session.add(
        AccessToken(
            token_hash=token_hash(token),
            user_id=user_id,
            merchant_id=merchant_id,
            created_at=now,
            expires_at=expires_at,
        )
    )
    await session.flush()
    return token, expires_at


def _totp_step(secret: str, code: str | None, now: datetime) -> int:
    """The time step for which the code is valid. Raises TotpRequired or SignInRefused."""
    if code is None:
        raise TotpRequired
    authenticator = TOTP(b32decode(secret), 6, SHA1(), TOTP_STEP_SECONDS, enforce_key_length=False)  # noqa: S303
    for drift in (0, -TOTP_STEP_SECONDS, TOTP_STEP_SECONDS):
        moment = int(now.timestamp()) + drift
        try:
            authenticator.verify(code.encode(), moment)
        except InvalidToken:
            continue
        return moment // TOTP_STEP_SECONDS
    SIGN_IN_FAILURES.inc()
    raise SignInRefused


async def _use_totp_step(session: AsyncSession, user_id: UUID, step: int) -> None:
    """Records the step, so that no code of it or an earlier one is accepted again. Raises SignInRefused for a used one.

    One statement: of two simultaneous sign-ins with the same code one is refused.
    """
    is_new = User.totp_used_step.is_(None) | (User.totp_used_step < step)
    used = update(User).where(User.id == user_id, is_new).values(totp_used_step=step).returning(User.id)
    if await session.scalar(used) is None:
        SIGN_IN_FAILURES.inc()
        raise SignInRefused


async def set_own_pin(session: AsyncSession, keys: KeyRing, origin: Origin, body: OwnPin) -> None:
    """Of somebody who works for the merchant. Raises PasswordWrong or PinWeak."""
    user = await session.get_one(User, origin.user_id)
    if not await verify_secret(user.password_hash, body.password):
        raise PasswordWrong
    await choose_pin(session, keys, body.pin, merchant_id=origin.merchant_id, user_id=user.id, now=origin.now)
    record_change(session, origin, "pin.set", subject_id=user.id, after={"is_set": True})


async def change_language(session: AsyncSession, user_id: UUID, language: str) -> None:
    await session.execute(update(User).where(User.id == user_id).values(language=language))


async def sign_out(session: AsyncSession, token: str, now: datetime) -> None:
    """Revokes the token, from the next request on."""
    await session.execute(update(AccessToken).where(AccessToken.token_hash == token_hash(token)).values(revoked_at=now))
