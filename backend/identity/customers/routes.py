"""A customer signs in at a merchant with a code by email, and sees the own account."""

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, limited
from backend.access.problems import SessionExpired, StoreNotFound, Unauthenticated
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.platform_settings import LimitSettings
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest, reader_language
from backend.core.resources import resources_of
from backend.identity.customers.actions import ask_for_code, sign_in_customer
from backend.identity.customers.endings import disown_sign_in, end_session, end_sessions
from backend.identity.customers.guards import customer_of, customer_signed_in
from backend.identity.customers.not_me_links import NotMeLinks
from backend.identity.customers.problems import (
    CustomerErased,
    SignInCodeExpired,
    SignInCodeWrong,
    SignInLinkInvalid,
)
from backend.identity.customers.queries import show_account
from backend.identity.customers.schemas import (
    ChangeOwnAccount,
    CustomerSignInBody,
    CustomerSignInView,
    NotMe,
    NotMeView,
    OwnAccount,
    SignInAttempt,
    SignInCodeRequest,
)
from backend.loyalty.enrollment.language import change_language_of
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.merchants.queries import get_store_ids

SIGNED_IN_CUSTOMER = (Unauthenticated, SessionExpired, CustomerErased)


def codes_per_minute(limits: LimitSettings) -> int:
    return limits.sign_in_code_per_minute


class CustomerSignInController(Controller):
    path = "/account"
    tags = ["Loyalty - Account"]

    @post(
        "/{store_code:str}/codes",
        operation_id="requestSignInCode",
        summary="Send me a code to sign in at the merchant of this store",
        description="The same answer, after the same work, whether or not somebody has that email.",
        status_code=202,
        guards=[limited("sign-in-code", codes_per_minute)],
        responses=refusals(StoreNotFound, ValidationFailed),
    )
    async def ask(
        self,
        data: JSONBody[SignInCodeRequest],
        store_code: FromPath[str],
        sessions: NamedDependency[Sessions],
        ledger: NamedDependency[Ledger],
    ) -> SignInAttempt:
        store = await get_store_ids(ledger.pool, store_code)
        async with sessions.committing(store.merchant_id) as session:
            attempt = await ask_for_code(session, store.merchant_id, data.email, data.attempt, clock.now())
        ledger.notifier.notify()
        return attempt

    @post(
        "/sessions",
        operation_id="signInCustomer",
        summary="Sign in with the code: a token that is valid for 30 days",
        description="Five tries for a code. They are counted before the code is verified.",
        guards=[limited("sign-in-code-try", codes_per_minute)],
        responses=refusals(SignInCodeWrong, SignInCodeExpired, ValidationFailed),
    )
    async def sign_in(self, request: ApiRequest, data: JSONBody[CustomerSignInBody]) -> CustomerSignInView:
        resources = resources_of(request)
        return await sign_in_customer(resources.sessions, resources.key_ring, data.attempt, data.code, clock.now())

    @post(
        "/not-me",
        operation_id="disownSignIn",
        summary="This was not me: end the code of an email, and sessions begun since then or in the last hour",
        description="Safe to repeat.",
        status_code=200,
        guards=[limited("sign-in-code-not-me", codes_per_minute)],
        responses=refusals(SignInLinkInvalid, ValidationFailed),
    )
    async def disown(
        self,
        data: JSONBody[NotMe],
        not_me_links: NamedDependency[NotMeLinks],
        sessions: NamedDependency[Sessions],
    ) -> NotMeView:
        link = not_me_links.read(data.token)
        if link is None:
            raise SignInLinkInvalid
        async with sessions.committing(link.merchant_id) as session:
            return await disown_sign_in(session, link.merchant_id, link.subject_id, clock.now())


class OwnAccountController(Controller):
    path = "/account"
    tags = ["Loyalty - Account"]
    guards = [all_of(limited("account", lambda limits: limits.card_page_per_minute), customer_signed_in)]
    security = [{"customer_token": []}]

    @get(
        operation_id="getOwnAccount",
        summary="My account, with my cards and their last twenty transactions",
        responses=refusals(*SIGNED_IN_CUSTOMER),
    )
    async def account(
        self,
        request: ApiRequest,
        ledger: NamedDependency[Ledger],
        unsubscribe_links: NamedDependency[UnsubscribeLinks],
        sessions: NamedDependency[Sessions],
    ) -> OwnAccount:
        me, language = customer_of(request), reader_language(request)
        return await show_account(sessions, ledger, unsubscribe_links, me, language=language, now=clock.now())

    @patch(
        operation_id="changeOwnAccount",
        summary="Read pages, emails and passes in another language from now on",
        responses=refusals(*SIGNED_IN_CUSTOMER, ValidationFailed),
    )
    async def change(
        self,
        request: ApiRequest,
        data: JSONBody[ChangeOwnAccount],
        ledger: NamedDependency[Ledger],
        unsubscribe_links: NamedDependency[UnsubscribeLinks],
        sessions: NamedDependency[Sessions],
    ) -> OwnAccount:
        me, now = customer_of(request), clock.now()
        async with sessions.committing(me.merchant_id) as session:
            await change_language_of(session, me.merchant_id, me.customer_id, data.language, now)
        ledger.notifier.notify()
        language = reader_language(request)
        return await show_account(sessions, ledger, unsubscribe_links, me, language=language, now=now)

    @post(
        "/sign-out",
        operation_id="signOutCustomer",
        summary="End this session",
        status_code=204,
        responses=refusals(*SIGNED_IN_CUSTOMER),
    )
    async def sign_out(self, request: ApiRequest, sessions: NamedDependency[Sessions]) -> None:
        me = customer_of(request)
        async with sessions.committing(me.merchant_id) as session:
            await end_session(session, me.merchant_id, me.session_id, clock.now())

    @post(
        "/sign-out-everywhere",
        operation_id="signOutCustomerEverywhere",
        summary="End all sessions of the customer, this one too",
        status_code=204,
        responses=refusals(*SIGNED_IN_CUSTOMER),
    )
    async def sign_out_everywhere(self, request: ApiRequest, sessions: NamedDependency[Sessions]) -> None:
        me = customer_of(request)
        async with sessions.committing(me.merchant_id) as session:
            await end_sessions(session, me.merchant_id, me.customer_id, clock.now())
