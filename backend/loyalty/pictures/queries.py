import re
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.loyalty.pictures.models import Picture
from backend.loyalty.pictures.problems import PictureNotFound

HASH = re.compile(r"[0-9a-f]{64}")


async def get_picture(sessions: Sessions, hash_: str) -> tuple[str, bytes]:
    """Media type and content, whichever merchant uploaded it. Raises PictureNotFound."""
    if not HASH.fullmatch(hash_):
        raise PictureNotFound
    async with sessions.committing() as session:
        found = await session.execute(select(Picture.media_type, Picture.body).where(Picture.hash == hash_).limit(1))
        row = found.tuples().one_or_none()
    if row is None:
        raise PictureNotFound
    return row


async def has_picture(session: AsyncSession, merchant_id: UUID, hash_: str) -> bool:
    own = select(Picture.hash).where(Picture.merchant_id == merchant_id, Picture.hash == hash_)
    return await session.scalar(own) is not None
