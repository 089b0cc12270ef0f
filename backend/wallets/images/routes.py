"""The public URLs of images on passes, for Google's servers and for browsers."""

from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from backend.core.caching import FOR_EVER
from backend.core.openapi import refusals
from backend.core.problems import NotFound
from backend.wallets.images.actions import PassImages

ENDING = ".png"
ImageFile = Annotated[str, PathParameter(description="Name of the image, from a pass, with `.png`.")]


class PassImageController(Controller):
    path = "/loyalty/images"
    tags = ["Loyalty - Storefront"]

    @get(
        "/{file_name:str}",
        operation_id="getPassImage",
        summary="A picture on passes, as PNG; what an address shows never changes",
        media_type="image/png",
        responses=refusals(NotFound),
    )
    async def show(self, file_name: ImageFile, pass_images: NamedDependency[PassImages]) -> Response[bytes]:
        name = file_name.removesuffix(ENDING)
        image = await pass_images.find(name) if name != file_name else None
        if image is None:
            raise NotFound
        return Response(image.body, media_type=image.media_type, headers=FOR_EVER)
