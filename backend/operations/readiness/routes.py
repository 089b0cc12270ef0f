"""The boards of readiness, for administrators."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import RUN_TASKS
from backend.access.problems import SIGNED_IN
from backend.core.openapi import refusals
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest, reader_language
from backend.core.resources import resources_of
from backend.core.schemas import STORABLE
from backend.merchants.problems import MerchantNotFound
from backend.operations.readiness.actions import merchant_board, open_probe, platform_board
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.schemas import ReadinessBoard
from backend.settings.live import LiveSettings

BoardMerchant = Annotated[
    str | None,
    QueryParameter(
        max_length=40, pattern=STORABLE, description="Code of a merchant, in any case. Without it: the platform."
    ),
]


def provide_probe(request: ApiRequest, live: NamedDependency[LiveSettings]) -> Probe:
    return open_probe(resources_of(request), live)


class ReadinessController(Controller):
    path = "/readiness"
    tags = ["Operations"]
    dependencies = {"probe": Provide(provide_probe, sync_to_thread=False)}

    @get(
        operation_id="getReadiness",
        summary="Whether the platform, or a merchant, is ready for customers: each check with evidence and next step",
        description="Calls nobody outside: of Google, Apple and the mail server it shows the last check. A check that "
        "does not end within three seconds is `unknown`.",
        guards=[all_of(for_platform(RUN_TASKS), limited("readiness", 30))],
        responses=refusals(*SIGNED_IN, MerchantNotFound, ValidationFailed),
    )
    async def show(
        self, request: ApiRequest, probe: NamedDependency[Probe], merchant_code: BoardMerchant = None
    ) -> ReadinessBoard:
        language = reader_language(request)
        if merchant_code is not None:
            return await merchant_board(probe, merchant_code, language)
        return await platform_board(probe, language)
