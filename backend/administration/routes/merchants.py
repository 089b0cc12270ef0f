"""Merchants, for administrators of the platform."""

from typing import Annotated

from litestar import Controller, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_MERCHANTS
from backend.access.problems import SIGNED_IN
from backend.administration.changes import change_merchant
from backend.administration.opening import open_merchant
from backend.administration.problems import MerchantCodeTaken, ProgramExists, StoreCodeTaken
from backend.administration.program_templates import add_program
from backend.administration.queries import list_merchants, show_merchant, show_program
from backend.administration.schemas.merchants import MerchantChange, MerchantDetail, MerchantDraft, MerchantListed
from backend.administration.schemas.programs import ProgramSummary, TemplateChoice
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.openapi.headers import sends
from backend.core.origin import Origin, PlatformOrigin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.core.schemas import STORABLE, Page
from backend.core.versions import IfMatch, PreconditionRequired, Stale, etag, versioned
from backend.identity.invitations.problems import AccountDeactivated, WorksForPlatform
from backend.identity.invitations.sender import Sender
from backend.merchants.guards import for_named_merchant
from backend.merchants.problems import MerchantNotFound

READS = (all_of(for_platform(MANAGE_MERCHANTS), for_named_merchant),)
WRITES = (all_of(for_platform(MANAGE_MERCHANTS), limited("change_merchant", 60), for_named_merchant),)
NAMED = (*SIGNED_IN, MerchantNotFound)

MerchantWords = Annotated[
    str, QueryParameter(name="query", max_length=100, pattern=STORABLE, description="Words of the name or the code.")
]


class AdminMerchantController(Controller):
    path = "/merchants"
    tags = ["Admin"]

    @get(
        operation_id="listMerchants",
        summary="Merchants by name: stores, people, program, live or not",
        guards=[for_platform(MANAGE_MERCHANTS)],
        responses=refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def merchants(
        self,
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        words: MerchantWords = "",
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[MerchantListed]:
        async with sessions.committing() as session:
            return await list_merchants(session, platform_origin, cursors, words=words, limit=limit, after=after)

    @post(
        operation_id="openMerchant",
        summary="Open a merchant with its first store, and invite its owner",
        description="The program is made from a template; it is in force at once.",
        guards=[all_of(for_platform(MANAGE_MERCHANTS), limited("open_merchant", 20))],
        response_headers=sends("Location"),
        responses={201: success(MerchantDetail)}
        | refusals(
            *SIGNED_IN, MerchantCodeTaken, StoreCodeTaken, WorksForPlatform, AccountDeactivated, ValidationFailed
        ),
    )
    async def open(
        self,
        request: ApiRequest,
        data: JSONBody[MerchantDraft],
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
    ) -> Response[MerchantDetail]:
        async with sessions.committing() as session:
            origin = await open_merchant(session, Sender.of(resources_of(request)), platform_origin, data)
            opened = await show_merchant(session, origin, cursors)
        headers = {**etag(opened.version), "Location": f"{platform_origin.instance}/{opened.code}"}
        return Response(opened, status_code=201, headers=headers)

    @get(
        "/{merchant_code:str}",
        operation_id="getMerchant",
        summary="One merchant: details, stores, program, policy, people",
        guards=READS,
        responses={200: success(MerchantDetail)} | refusals(*NAMED),
    )
    async def merchant(
        self,
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
    ) -> Response[MerchantDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await show_merchant(session, origin, cursors))

    @patch(
        "/{merchant_code:str}",
        operation_id="changeMerchant",
        summary="Change a merchant’s name, time zone, language or addresses",
        guards=WRITES,
        responses={200: success(MerchantDetail)} | refusals(*NAMED, PreconditionRequired, Stale, ValidationFailed),
    )
    async def change(
        self,
        data: JSONBody[MerchantChange],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        if_match: IfMatch = None,
    ) -> Response[MerchantDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            await change_merchant(session, origin, data, if_match)
            return versioned(await show_merchant(session, origin, cursors))

    @post(
        "/{merchant_code:str}/program",
        operation_id="addProgramOfMerchant",
        summary="Give a merchant a program from a template",
        description="With rules, texts in every language and a reward, in force at once.",
        guards=WRITES,
        responses={201: success(ProgramSummary)} | refusals(*NAMED, ProgramExists, ValidationFailed),
    )
    async def add_program(
        self, data: JSONBody[TemplateChoice], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> ProgramSummary:
        async with sessions.committing(origin.merchant_id) as session:
            return show_program(await add_program(session, origin, data.type))
