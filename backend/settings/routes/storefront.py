"""What every page shows of the platform, for the frontend, which asks often and mostly gets 304."""

import hashlib
from typing import Annotated

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import HeaderParameter

from backend.core.maintenance import end_of
from backend.core.openapi import empty, refusals, success
from backend.settings.live import LiveSettings
from backend.settings.schemas import BrandingView

IfNoneMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-None-Match", description="The `ETag` of the last answer, to get 304 when nothing has changed."
    ),
]


class BrandingController(Controller):
    path = "/branding"
    tags = ["Settings"]

    @get(
        operation_id="getBranding",
        summary="The platform's name, support address and legal pages",
        responses={
            200: success(BrandingView),
            304: empty("Nothing has changed since the answer that `If-None-Match` names"),
        }
        | refusals(),
    )
    async def branding(
        self, live: NamedDependency[LiveSettings], if_none_match: IfNoneMatch = None
    ) -> Response[BrandingView | None]:
        maintenance = live.current.maintenance
        view = BrandingView(
            **msgspec.structs.asdict(live.current.branding),
            maintenance_mode=maintenance.maintenance_mode,
            maintenance_until=end_of(maintenance),
        )
        tag = f'"{hashlib.sha256(msgspec.json.encode(view)).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if if_none_match == tag:
            return Response(None, status_code=304, headers=headers)
        return Response(view, headers=headers)
