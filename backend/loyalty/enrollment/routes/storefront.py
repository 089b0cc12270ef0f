"""Joining from the poster, and the customer's own page."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.features import FeatureDisabled
from backend.access.guards import limited
from backend.access.problems import StoreNotFound
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.requests import client_address, printable_address, reader_language
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.enrollment.card_links import ask_for_card_links
from backend.loyalty.enrollment.language import change_language
from backend.loyalty.enrollment.problems import EnrollmentClosed, TermsNotAccepted
from backend.loyalty.enrollment.queries import card_page, public_program
from backend.loyalty.enrollment.schemas import (
    CardLinkRequest,
    ChangeOwnCard,
    SelfEnroll,
    SelfEnrollView,
)
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.problems.bookings import AlreadyBooked, ProgramInactive
from backend.loyalty.ledger.problems.cards import CardBusy, CardNotFound
from backend.loyalty.ledger.routes.booking_route import Caller, OptionalKey, respond
from backend.loyalty.ledger.routes.problem_sets import KEYED
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.loyalty.programs.schemas import PublicProgram
from backend.loyalty.till.schemas import CardPage
from backend.merchants.queries import StoreIds, get_store_ids

StorefrontRequest = Request[Any, Any, Any]


class StorefrontController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Storefront"]

    @get(
        "/{store_code:str}/program",
        operation_id="getPublicProgram",
        summary="The program as the join page shows it",
        description="Without signing in, and without anything about customers.",
        guards=[limited("public-program", lambda limits: limits.public_program_per_minute)],
        responses=refusals(StoreNotFound, FeatureDisabled, ProgramInactive),
    )
    async def program(
        self, request: StorefrontRequest, store_code: FromPath[str], ledger: NamedDependency[Ledger]
    ) -> PublicProgram:
        store = await get_store_ids(ledger.pool, store_code)
        return await public_program(ledger, anonymous_origin(request, store))

    @post(
        "/{store_code:str}/enroll",
        operation_id="enrollMyself",
        summary="Join the program",
        description="An address that has a card already gets it by mail: the answer tells nothing about it.",
        guards=[limited("enroll", lambda limits: limits.enroll_per_minute)],
        responses={201: success(SelfEnrollView), 200: success(SelfEnrollView)}
        | refusals(
            *KEYED,
            StoreNotFound,
            TermsNotAccepted,
            EnrollmentClosed,
            FeatureDisabled,
            ProgramInactive,
            AlreadyBooked,
            CardBusy,
        ),
    )
    async def enroll(
        self,
        request: StorefrontRequest,
        store_code: FromPath[str],
        data: JSONBody[SelfEnroll],
        ledger: NamedDependency[Ledger],
        enrollment: NamedDependency[Enrollment],
        idempotency_key: OptionalKey = None,
    ) -> Response[bytes]:
        store = await get_store_ids(ledger.pool, store_code)
        caller = Caller(anonymous_origin(request, store), idempotency_key)
        return respond(await enrollment.by_customer(caller.origin, data, caller.optional_key(data)))

    @get(
        "/cards/{token:str}",
        operation_id="getCardPage",
        summary="The customer's own page; the token is the right to see it",
        description="Without signing in: the token is a secret of the customer.",
        guards=[limited("card-page", lambda limits: limits.card_page_per_minute)],
        responses=refusals(CardNotFound),
    )
    async def card_page(
        self,
        request: StorefrontRequest,
        token: FromPath[str],
        ledger: NamedDependency[Ledger],
        unsubscribe_links: NamedDependency[UnsubscribeLinks],
    ) -> CardPage:
        return await card_page(ledger, unsubscribe_links, token, reader_language(request), clock.now())

    @patch(
        "/cards/{token:str}",
        operation_id="changeOwnCard",
        summary="Read the own page, emails and passes in another language from now on",
        description="The token is the right to do so.",
        guards=[limited("card-page", lambda limits: limits.card_page_per_minute)],
        responses=refusals(CardNotFound, ValidationFailed),
    )
    async def change_card(
        self,
        request: StorefrontRequest,
        token: FromPath[str],
        data: JSONBody[ChangeOwnCard],
        ledger: NamedDependency[Ledger],
        unsubscribe_links: NamedDependency[UnsubscribeLinks],
        sessions: NamedDependency[Sessions],
    ) -> CardPage:
        now, link = clock.now(), ledger.links.read(token)
        await card_page(ledger, unsubscribe_links, token, data.language, now)
        assert link is not None, "the page was just found"
        async with sessions.committing(link.merchant_id) as session:
            await change_language(session, link.merchant_id, link.card_id, data.language, now)
        ledger.notifier.notify()
        return await card_page(ledger, unsubscribe_links, token, reader_language(request), now)

    @post(
        "/card-links",
        operation_id="requestCardLink",
        summary="Send me the address of my card again",
        description="Always 202, whether or not somebody has that email.",
        status_code=202,
        guards=[limited("card-link", lambda limits: limits.card_link_per_minute)],
        responses=refusals(ValidationFailed),
    )
    async def card_link(
        self,
        data: JSONBody[CardLinkRequest],
        ledger: NamedDependency[Ledger],
        sessions: NamedDependency[Sessions],
    ) -> None:
        merchant_id = await _merchant_of(data, ledger)
        if merchant_id is None:
            return
        async with sessions.committing(merchant_id) as session:
            await ask_for_card_links(session, merchant_id, data.email, clock.now())
        ledger.notifier.notify()


async def _merchant_of(data: CardLinkRequest, ledger: Ledger) -> UUID | None:
    if data.token is not None and (link := ledger.links.read(data.token)):
        return link.merchant_id
    try:
        return (await get_store_ids(ledger.pool, data.store_code or "")).merchant_id
    except StoreNotFound:
        return None


def anonymous_origin(request: StorefrontRequest, store: StoreIds) -> Origin:
    """A customer acting for themself."""
    return Origin(
        merchant_id=store.merchant_id,
        store_id=store.store_id,
        user_id=None,
        user_name=None,
        language=reader_language(request),
        now=clock.now(),
        instance=request.url.path,
        request_id=request.scope["state"]["request_id"],
        ip=printable_address(client_address(request)),
        user_agent=request.headers.get("user-agent", "")[:300] or None,
    )
