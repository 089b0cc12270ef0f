"""Codes of authenticator apps: six digits of 30 seconds (RFC 6238), each valid once."""

import base64
import secrets
from base64 import b32decode
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.encryption import SealBroken, seal, unseal
from backend.core.keys import KeyRing
from backend.identity.problems import SecondFactorRefused, StepEnded
from backend.staff.models import User

STEP_SECONDS = 30
SECRET_BYTES = 20
ENROLLMENT_VALID_FOR = timedelta(minutes=30)


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def address_of(secret: str, email: str, issuer: str) -> str:
    """The `otpauth://` address that authenticator apps read from a QR code."""
    return f"otpauth://totp/{quote(issuer)}:{quote(email)}?secret={secret}&issuer={quote(issuer)}"


def seal_enrollment(keys: KeyRing, secret: str, user_id: UUID, now: datetime) -> str:
    """The secret for its way through the page, until a code of it is sent."""
    return seal(keys, f"{int((now + ENROLLMENT_VALID_FOR).timestamp())} {secret}", _enrollment_place(user_id))


def unseal_enrollment(keys: KeyRing, enrollment: str, user_id: UUID, now: datetime) -> str:
    """Raises StepEnded, also for the enrollment of another person."""
    try:
        expires_at, _, secret = unseal(keys, enrollment, _enrollment_place(user_id)).partition(" ")
    except SealBroken:
        raise StepEnded from None
    if int(expires_at) <= now.timestamp():
        raise StepEnded
    return secret


def step_of(secret: str, code: str, now: datetime) -> int:
    """The time step for which the code is valid. Raises SecondFactorRefused."""
    authenticator = TOTP(b32decode(secret), 6, SHA1(), STEP_SECONDS, enforce_key_length=False)  # noqa: S303
    for drift in (0, -STEP_SECONDS, STEP_SECONDS):
        moment = int(now.timestamp()) + drift
        try:
            authenticator.verify(code.encode(), moment)
        except InvalidToken:
            continue
        return moment // STEP_SECONDS
    raise SecondFactorRefused


async def use_step(session: AsyncSession, user_id: UUID, step: int) -> None:
    """Records the step, so that no code of it or an earlier one is valid again. Raises SecondFactorRefused.

    One statement: of two simultaneous tries with the same code one is refused.
    """
    is_new = User.totp_used_step.is_(None) | (User.totp_used_step < step)
    used = update(User).where(User.id == user_id, is_new).values(totp_used_step=step).returning(User.id)
    if await session.scalar(used) is None:
        raise SecondFactorRefused


def _enrollment_place(user_id: UUID) -> str:
    return f"enrollment of an authenticator.{user_id}"
