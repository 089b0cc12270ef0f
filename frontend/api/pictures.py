"""Pictures that an owner uploads, and that every page may show."""

from urllib.parse import quote

from backend.loyalty.pictures.schemas import PictureView
from frontend.api.client import Caller


async def upload_picture(caller: Caller, file: bytes) -> PictureView:
    return await caller.upload("/merchant/loyalty/pictures", file, PictureView)


async def read_picture(caller: Caller, picture: str) -> tuple[str, bytes]:
    """Media type and content."""
    response = await caller.read(f"/storefront/loyalty/pictures/{quote(picture, safe='')}")
    return response.headers["content-type"], response.content
