import re
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.loyalty.pictures.models import MerchantPicture
from backend.loyalty.pictures.problems import PictureNotFound

HASH = re.compile(r"[0-9a-f]{64}")


async def get_picture(sessions: Sessions, hash_: str) -> tuple[str, bytes]:
    """Media type and content, of any merchant. Raises PictureNotFound."""
    if not HASH.fullmatch(hash_):
        raise PictureNotFound
    async with sessions.committing() as session:
        same = select(MerchantPicture.media_type, MerchantPicture.body).where(MerchantPicture.hash == hash_)
        found = await session.execute(same.limit(1))
        row = found.tuples().one_or_none()
    if row is None:
        raise PictureNotFound
    return row


async def keep_from_purge(session: AsyncSession, merchant_id: UUID, hash_: str) -> bool:
    """Locks the picture, so that the purge leaves it. False when the merchant has no such picture."""
    own = select(MerchantPicture.hash).where(MerchantPicture.merchant_id == merchant_id, MerchantPicture.hash == hash_)
    return await session.scalar(own.with_for_update(read=True, key_share=True)) is not None
