"""Passkeys of a person: stored, listed, used, removed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.problems import NotFound
from backend.identity.factors.webauthn import (
    CREDENTIAL_ID_MAX,
    RelyingParty,
    credential_id_of,
    verify_assertion,
    verify_registration,
)
from backend.identity.models import Passkey
from backend.identity.problems import PasskeyRefused
from backend.staff.models import User


async def list_passkeys(session: AsyncSession, user_id: UUID) -> list[Passkey]:
    found = await session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at))
    return list(found)


async def credential_ids(session: AsyncSession, user_id: UUID) -> list[bytes]:
    return [passkey.credential_id for passkey in await list_passkeys(session, user_id)]


async def add_passkey(
    session: AsyncSession,
    party: RelyingParty,
    user_id: UUID,
    credential: dict[str, Any],
    challenge: bytes,
    *,
    name: str,
    now: datetime,
) -> UUID:
    """Its id. Raises PasskeyRefused, also for a credential that is known already."""
    verified = verify_registration(party, credential, challenge)
    if len(verified.credential_id) > CREDENTIAL_ID_MAX:
        raise PasskeyRefused
    added = (
        insert(Passkey)
        .values(
            id=new_id(),
            user_id=user_id,
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=name,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["credential_id"])
        .returning(Passkey.id)
    )
    passkey_id: UUID | None = await session.scalar(added)
    if passkey_id is None:
        raise PasskeyRefused
    return passkey_id


async def find_passkey(session: AsyncSession, credential: dict[str, Any]) -> Passkey | None:
    """Raises PasskeyRefused when the credential has no id."""
    is_it = Passkey.credential_id == credential_id_of(credential)
    found: Passkey | None = await session.scalar(select(Passkey).where(is_it).with_for_update())
    return found


async def use_passkey(
    session: AsyncSession,
    party: RelyingParty,
    user_id: UUID,
    credential: dict[str, Any],
    challenge: bytes,
    *,
    now: datetime,
    is_alone: bool = False,
) -> None:
    """Raises PasskeyRefused. `is_alone`: it is to sign in without a password."""
    passkey = await find_passkey(session, credential)
    if passkey is None or passkey.user_id != user_id:
        raise PasskeyRefused
    verified = verify_assertion(
        party,
        credential,
        challenge,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        is_alone=is_alone,
    )
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, now
    await session.flush()


async def rename_passkey(session: AsyncSession, user_id: UUID, passkey_id: UUID, name: str) -> None:
    """Raises NotFound."""
    is_it = (Passkey.user_id == user_id) & (Passkey.id == passkey_id)
    if await session.scalar(update(Passkey).where(is_it).values(name=name).returning(Passkey.id)) is None:
        raise NotFound


async def remove_passkey(session: AsyncSession, user_id: UUID, passkey_id: UUID) -> None:
    """Raises NotFound."""
    is_it = (Passkey.user_id == user_id) & (Passkey.id == passkey_id)
    if await session.scalar(delete(Passkey).where(is_it).returning(Passkey.id)) is None:
        raise NotFound


async def find_email(session: AsyncSession, credential: dict[str, Any]) -> str | None:
    """The normalized email of the person with this credential. Raises PasskeyRefused when it has no id."""
    is_it = Passkey.credential_id == credential_id_of(credential)
    email: str | None = await session.scalar(
        select(User.email_norm).join(Passkey, Passkey.user_id == User.id).where(is_it)
    )
    return email
