"""Creates users of the platform."""

import base64
import secrets
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_platform_change
from backend.core.addresses import can_be_mailed, normalize_email
from backend.core.encryption import seal
from backend.core.ids import new_id
from backend.core.keys import KeyRing
from backend.core.origin import PlatformOrigin
from backend.core.text_cleaning import clean_email
from backend.staff.models import User
from backend.staff.passwords import PasswordOwner, hash_new_password

TOTP_SECRET_BYTES = 20


class EmailTaken(Exception):
    """Another user has this email."""


class EmailImpossible(Exception):
    """The email is not an address that mail can be sent to."""


async def create_admin(
    session: AsyncSession, keys: KeyRing, origin: PlatformOrigin, *, email: str, name: str, password: str
) -> str:
    """Creates a super admin and returns the `otpauth://` address for their authenticator, which is shown once.

    Raises EmailTaken, EmailImpossible, or what `hash_new_password` raises.
    """
    if not can_be_mailed(email):
        raise EmailImpossible
    email_norm = normalize_email(email)
    if await session.scalar(select(User.id).where(User.email_norm == email_norm)):
        raise EmailTaken
    owner = PasswordOwner(email=email_norm, name=name, has_second_factor=True)
    password_hash = await hash_new_password(password, owner)
    user_id, secret = new_id(), base64.b32encode(secrets.token_bytes(TOTP_SECRET_BYTES)).decode()
    session.add(
        User(
            id=user_id,
            platform_role="super_admin",
            email=clean_email(email),
            email_norm=email_norm,
            name=name,
            password_hash=password_hash,
            totp_secret=seal(keys, secret, totp_place(user_id)),
            created_at=origin.now,
        )
    )
    record_platform_change(session, origin, "user.created", subject=str(user_id), after={"role": "super_admin"})
    return f"otpauth://totp/Orion:{quote(email_norm)}?secret={secret}&issuer=Orion"


def totp_place(user_id: UUID) -> str:
    """The `place` for which the user's TOTP secret is sealed."""
    return f"users.totp_secret.{user_id}"
