"""Pictures that a merchant uploads, for rewards."""

from typing import Annotated

import msgspec
from litestar import Controller, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body

from backend.access.guards import all_of, for_merchant, limited
from backend.access.permissions import MANAGE_REWARDS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.loyalty.pictures.actions import keep_picture
from backend.loyalty.pictures.problems import PictureUnreadable
from backend.loyalty.pictures.schemas import PictureView

FILE_BYTES_MAX = 8 * 1024 * 1024
"""Enough for a phone's photo."""


class PictureUpload(msgspec.Struct):
    """A picture to be stored."""

    file: UploadFile
    """PNG, JPEG or WebP."""


class MerchantPictureController(Controller):
    path = "/loyalty/pictures"
    tags = ["Loyalty - Merchant"]

    @post(
        operation_id="uploadPicture",
        summary="Upload a picture: PNG, JPEG or WebP",
        description="It is scaled down to 1200 pixels and stored without the data that cameras add. A picture that "
        "nothing shows is removed after a day. The same picture again has the same hash.",
        guards=[all_of(for_merchant(MANAGE_REWARDS), limited("upload_picture", 20))],
        responses={201: success(PictureView)} | refusals(*SIGNED_IN, PictureUnreadable, ValidationFailed),
        request_max_body_size=FILE_BYTES_MAX,
    )
    async def upload(
        self,
        data: Annotated[PictureUpload, Body(media_type=RequestEncodingType.MULTI_PART)],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> PictureView:
        return await keep_picture(sessions, origin, await data.file.read())
