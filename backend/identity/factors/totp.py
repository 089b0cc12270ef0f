"""Codes of authenticator apps: six digits of 30 seconds (RFC 6238), each valid once."""

import base64
import secrets
from base64 import b32decode
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.encryption import SealBroken, seal, unseal
from backend.core.keys import KeyRing
from backend.identity.problems import SecondFactorRefused, StepEnded
from backend.staff.models import User

log = structlog.get_logger()
STEP_SECONDS = 30
SECRET_BYTES = 20
DRIFT_MAX = STEP_SECONDS
"""A clock that differs by more is refused."""
DRIFT_NOTED = 20 * STEP_SECONDS
"""Up to here the log tells that only the clock is wrong."""
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
    drift = _drift_of(secret, code, now)
    if drift is None:
        raise SecondFactorRefused
    if abs(drift) > DRIFT_MAX:
        log.warning("authenticator_clock_differs", seconds=drift)
        raise SecondFactorRefused
    return (int(now.timestamp()) + drift) // STEP_SECONDS


async def use_step(session: AsyncSession, user_id: UUID, step: int) -> None:
    """Records the step, so that no code of it or an earlier one is valid again. Raises SecondFactorRefused.

    One statement: of two simultaneous tries with the same code one is refused.
    """
    is_new = User.totp_used_step.is_(None) | (User.totp_used_step < step)
    used = update(User).where(User.id == user_id, is_new).values(totp_used_step=step).returning(User.id)
    if await session.scalar(used) is None:
        raise SecondFactorRefused


def _drift_of(secret: str, code: str, now: datetime) -> int | None:
    """By how many seconds the clock that shows this code is ahead of ours; None when no near clock shows it."""
    authenticator = TOTP(b32decode(secret), 6, SHA1(), STEP_SECONDS, enforce_key_length=False)  # noqa: S303
    for drift in sorted(range(-DRIFT_NOTED, DRIFT_NOTED + 1, STEP_SECONDS), key=abs):
        try:
            authenticator.verify(code.encode(), int(now.timestamp()) + drift)
        except InvalidToken:
            continue
        return drift
    return None


def _enrollment_place(user_id: UUID) -> str:
    return f"enrollment of an authenticator.{user_id}"
