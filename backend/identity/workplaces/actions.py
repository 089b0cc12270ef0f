import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identity.models import AccessToken
from backend.identity.queries import token_hash
from backend.identity.workplaces.queries import list_workplaces, workplace_with
from backend.merchants.problems import MerchantNotFound


async def switch_workplace(
    session: AsyncSession, token: str, user_id: UUID, code: str, now: datetime
) -> tuple[str, datetime]:
    """Trades the session for one at another merchant, which ends at the same time. Returns the token and its expiry.

    Raises MerchantNotFound for a merchant for whom the user does not work.
    """
    workplace = workplace_with(await list_workplaces(session, user_id), code)
    if workplace is None:
        raise MerchantNotFound
    former = await session.get_one(AccessToken, token_hash(token), with_for_update=True)
    fresh = secrets.token_urlsafe(32)
    kept = {column.key: getattr(former, column.key) for column in AccessToken.__table__.columns if column.key != "id"}
    replaced = {"token_hash": token_hash(fresh), "merchant_id": workplace.id, "created_at": now}
    session.add(AccessToken(**kept | replaced))
    former.revoked_at = now
    return fresh, former.expires_at


async def leave_workplace(session: AsyncSession, user_id: UUID, merchant_id: UUID, now: datetime) -> None:
    """Ends the user's sessions at this merchant, from the next request on."""
    theirs = AccessToken.user_id == user_id, AccessToken.merchant_id == merchant_id, AccessToken.revoked_at.is_(None)
    await session.execute(update(AccessToken).where(*theirs).values(revoked_at=now))
