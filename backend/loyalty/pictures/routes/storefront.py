"""The public addresses of pictures."""

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.caching import FOR_EVER
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.loyalty.pictures.problems import PictureNotFound
from backend.loyalty.pictures.queries import get_picture


class PictureController(Controller):
    path = "/loyalty/pictures"
    tags = ["Loyalty - Storefront"]

    @get(
        "/{picture:str}",
        operation_id="getPicture",
        summary="A picture by its hash, as PNG or JPEG; what an address shows never changes",
        media_type="image/*",
        responses=refusals(PictureNotFound),
    )
    async def show(self, picture: FromPath[str], sessions: NamedDependency[Sessions]) -> Response[bytes]:
        media_type, body = await get_picture(sessions, picture)
        return Response(body, media_type=media_type, headers=FOR_EVER)
