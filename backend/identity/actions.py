from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.identity.models import AccessToken
from backend.identity.queries import token_hash
from backend.identity.schemas import OwnPin
from backend.staff.models import User
from backend.staff_pins.setting import choose_pin


async def set_own_pin(session: AsyncSession, keys: KeyRing, origin: Origin, body: OwnPin) -> None:
    """Of somebody who works for the merchant. Raises PinWeak."""
    assert origin.user_id is not None, "the guard lets nobody else through"
    await choose_pin(session, keys, body.pin, merchant_id=origin.merchant_id, user_id=origin.user_id, now=origin.now)
    record_change(session, origin, "pin.set", subject_id=origin.user_id, after={"is_set": True})


async def change_language(session: AsyncSession, user_id: UUID, language: str) -> None:
    await session.execute(update(User).where(User.id == user_id).values(language=language))


async def sign_out(session: AsyncSession, token: str, now: datetime) -> None:
    """Revokes the token, from the next request on."""
    await session.execute(update(AccessToken).where(AccessToken.token_hash == token_hash(token)).values(revoked_at=now))
