import asyncio
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.dialects.postgresql import insert

from backend.audit.actions import record_change
from backend.core.database import Sessions
from backend.core.origin import Origin
from backend.loyalty.pictures.models import MerchantPicture
from backend.loyalty.pictures.normalize import normalize
from backend.loyalty.pictures.schemas import PictureView

NORMALIZERS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="picture")
"""One picture at a time: decoded it takes up to 300 MB. The threads that hash passwords need not wait for it."""


async def keep_picture(sessions: Sessions, origin: Origin, file: bytes) -> PictureView:
    """Stores the picture. Uploading it again only restarts the day after which an unused picture is deleted.

    Raises PictureUnreadable.
    """
    picture = await asyncio.get_running_loop().run_in_executor(NORMALIZERS, normalize, file)
    row = insert(MerchantPicture).values(
        merchant_id=origin.merchant_id,
        hash=picture.hash,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        body=picture.body,
        created_at=origin.now,
    )
    async with sessions.committing(origin.merchant_id) as session:
        await session.execute(
            row.on_conflict_do_update(
                index_elements=[MerchantPicture.merchant_id, MerchantPicture.hash],
                set_={"created_at": row.excluded.created_at},
            )
        )
        about = {"picture": picture.hash, "media_type": picture.media_type}
        record_change(session, origin, "picture.uploaded", after=about)
    return PictureView(picture.hash, picture.media_type, picture.width, picture.height)
