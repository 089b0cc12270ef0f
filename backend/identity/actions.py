from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.actor import Actor
from backend.access.permissions import MANAGE_PINS
from backend.access.problems import Forbidden
from backend.core.keys import KeyRing
from backend.identity.models import AccessToken
from backend.identity.queries import token_hash
from backend.identity.schemas import OwnPin
from backend.staff.models import User
from backend.staff_pins.setting import put_pin


async def set_own_pin(session: AsyncSession, keys: KeyRing, actor: Actor, body: OwnPin, now: datetime) -> None:
    """Raises Forbidden for platform users, who have no PIN."""
    if actor.merchant is None:
        raise Forbidden(permission=MANAGE_PINS)
    await put_pin(session, keys, body.pin, merchant_id=actor.merchant.id, user_id=actor.user_id, now=now)


async def change_language(session: AsyncSession, user_id: UUID, language: str) -> None:
    await session.execute(update(User).where(User.id == user_id).values(language=language))


async def sign_out(session: AsyncSession, token: str, now: datetime) -> None:
    """Revokes the token, from the next request on."""
    await session.execute(update(AccessToken).where(AccessToken.token_hash == token_hash(token)).values(revoked_at=now))
