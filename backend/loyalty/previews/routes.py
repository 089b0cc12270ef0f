"""Try before you publish."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_merchant, limited
from backend.access.permissions import MANAGE_PROGRAMS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.loyalty.ledger.problems.bookings import ProgramInactive
from backend.loyalty.ledger.routes.booking_route import Caller, respond
from backend.loyalty.previews.actions import Previews
from backend.loyalty.previews.problems import PreviewInProgress, PreviewNotFound
from backend.loyalty.previews.queries import get_preview, preview_view
from backend.loyalty.previews.schemas import PreviewView, ProgramDraft


class MerchantPreviewController(Controller):
    path = "/loyalty/program"
    tags = ["Loyalty - Merchant"]

    @post(
        "/preview",
        operation_id="previewProgram",
        summary="What would these terms have made of the past?",
        description="Replays every booking of every card under the draft, in the background. Nothing is changed. Ask "
        "for the preview by its id until it is done.",
        status_code=202,
        guards=[all_of(for_merchant(MANAGE_PROGRAMS), limited("preview", 10, keeps_answers=True))],
        responses={202: success(PreviewView)}
        | refusals(
            *SIGNED_IN,
            ValidationFailed,
            IdempotencyKeyMissing,
            IdempotencyKeyReused,
            ProgramInactive,
            PreviewInProgress,
        ),
    )
    async def preview_program(
        self, data: JSONBody[ProgramDraft], caller: NamedDependency[Caller], previews: NamedDependency[Previews]
    ) -> Response[bytes]:
        return respond(await previews.request(caller.origin, caller.key(data), data))

    @get(
        "/previews/{preview_id:uuid}",
        operation_id="getProgramPreview",
        summary="A preview: its progress, and its result",
        description="Ask again until `state` is `done` or `failed`.",
        guards=[for_merchant(MANAGE_PROGRAMS)],
        responses={200: success(PreviewView)} | refusals(*SIGNED_IN, PreviewNotFound),
    )
    async def program_preview(
        self, preview_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> PreviewView:
        async with sessions.committing(origin.merchant_id) as session:
            preview = await get_preview(session, origin.merchant_id, preview_id)
            return preview_view(preview, origin.language, origin.now)
