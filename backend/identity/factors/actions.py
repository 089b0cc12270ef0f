"""What a person changes of their own second factors."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.actor import Actor
from backend.core.encryption import seal
from backend.core.keys import KeyRing
from backend.identity.factors.passkeys import list_passkeys
from backend.identity.factors.proofs import TOTP, read_factors
from backend.identity.factors.recovery_codes import (
    count_recovery_codes,
    delete_recovery_codes,
    replace_recovery_codes,
)
from backend.identity.factors.schemas import PasskeyView, SecondFactors
from backend.identity.factors.totp import step_of
from backend.identity.models import FactorTry, Passkey, RecoveryCode
from backend.identity.problems import LastSecondFactor
from backend.identity.sessions.actions import renew_session
from backend.staff.actions import totp_place
from backend.staff.models import User
from backend.staff.passwords import LENGTH_MIN
from backend.staff.problems import PasswordTooShort


@dataclass(frozen=True, slots=True)
class Added:
    """The session's new token, and recovery codes with the first second factor."""

    token: str
    expires_at: datetime
    recovery_codes: list[str]


async def show_factors(session: AsyncSession, user: User, *, is_production: bool, is_confirmed: bool) -> SecondFactors:
    passkeys = await list_passkeys(session, user.id)
    return SecondFactors(
        has_authenticator=user.totp_secret is not None,
        passkeys=[PasskeyView(row.id, row.name, row.created_at, row.last_used_at) for row in passkeys],
        recovery_codes_left=await count_recovery_codes(session, user.id),
        is_required=_is_required(user, is_production=is_production),
        is_confirmed=is_confirmed,
    )


async def set_authenticator(
    session: AsyncSession, keys: KeyRing, actor: Actor, secret: str, code: str, *, now: datetime
) -> Added:
    """In place of an earlier one. Raises SecondFactorRefused for a code that is not of this secret."""
    user = await session.get_one(User, actor.user_id, with_for_update=True)
    # The code has been used: it signs nobody in any more.
    user.totp_used_step = step_of(secret, code, now)
    user.totp_secret = seal(keys, secret, totp_place(user.id))
    await session.flush()
    return await after_adding(session, user, actor, TOTP, now)


async def after_adding(session: AsyncSession, user: User, actor: Actor, method: str, now: datetime) -> Added:
    """Rights change with a second factor, and a new token comes with new rights."""
    codes = [] if await count_recovery_codes(session, user.id) else await replace_recovery_codes(session, user.id)
    token, expires_at = await renew_session(session, actor.sign_in_id, now, second_factor=method)
    return Added(token, expires_at, codes)


async def remove_authenticator(session: AsyncSession, user: User, *, is_production: bool) -> bool:
    """Whether there was one. Raises LastSecondFactor, or PasswordTooShort."""
    factors = await read_factors(session, user)
    if factors.has_totp and not factors.passkeys:
        await _remove_last(session, user, is_production=is_production)
    user.totp_secret = None
    await session.flush()
    return factors.has_totp


async def check_removable(session: AsyncSession, user: User, passkey_id: UUID, *, is_production: bool) -> None:
    """Before a passkey is removed. Raises LastSecondFactor, or PasswordTooShort."""
    ids = [passkey.id for passkey in await list_passkeys(session, user.id)]
    if ids == [passkey_id] and user.totp_secret is None:
        await _remove_last(session, user, is_production=is_production)


async def forget_factors(session: AsyncSession, user: User) -> None:
    """For somebody who has lost them all: the password alone signs in again."""
    user.totp_secret = None
    for table in (Passkey, RecoveryCode, FactorTry):
        await session.execute(delete(table).where(table.user_id == user.id))
    await session.flush()


async def _remove_last(session: AsyncSession, user: User, *, is_production: bool) -> None:
    if _is_required(user, is_production=is_production):
        raise LastSecondFactor
    if not user.has_long_password:
        raise PasswordTooShort(minimum=LENGTH_MIN)
    await delete_recovery_codes(session, user.id)


def _is_required(user: User, *, is_production: bool) -> bool:
    return is_production and user.platform_role is not None
