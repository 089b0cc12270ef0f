from litestar import Controller, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec.structs import replace

from backend.access.guards import ON_BEHALF, actor_of, for_staff, limited
from backend.access.permissions import MANAGE_PINS
from backend.access.problems import AUTHENTICATED, SIGNED_IN, SessionExpired, StaysWithOwner, Unauthenticated
from backend.core.addresses import normalize_email
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals
from backend.core.openapi.headers import RATE_LIMIT, sends
from backend.core.origin import Origin
from backend.core.problems import RateLimited, ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.actions import change_language, set_own_pin, sign_out
from backend.identity.guards import authenticated, bearer_token, confirmed, identified, signed_in
from backend.identity.known_devices import KnownDevice, count_try
from backend.identity.problems import ConfirmationRequired, NoWorkplace, SecondFactorRequired, SignInRefused
from backend.identity.schemas import ChangeMe, OwnPin, SignIn, SignInView, UserView
from backend.identity.sign_in import SignInRequest
from backend.identity.views import show_actor, show_sign_in
from backend.merchants.problems import MerchantNotFound
from backend.staff_pins.problems import PinWeak


class AuthController(Controller):
    path = "/auth"
    tags = ["Auth"]
    opt = {WORKS_IN_MAINTENANCE: True}

    @post(
        "/sign-in",
        operation_id="signIn",
        summary="Sign in with email and password",
        description=(
            "Wrong tries of others do not keep out a browser that sends `known_device` of an earlier answer. Users "
            "with a second factor get `second_factor_required` with an `attempt` for the next step, or send `totp` at "
            "once."
        ),
        response_headers=sends(*RATE_LIMIT),
        responses=refusals(
            SignInRefused, SecondFactorRequired, NoWorkplace, MerchantNotFound, RateLimited, ValidationFailed
        ),
    )
    async def sign_in(
        self,
        request: ApiRequest,
        data: JSONBody[SignIn],
        known_device: KnownDevice = None,
    ) -> SignInView:
        allowance = await count_try(request, normalize_email(data.email), known_device or "")
        request.scope["state"]["allowance"] = allowance
        sign_in = SignInRequest.of(request, known_device, data.merchant)
        return await show_sign_in(request, await sign_in.with_password(data), sign_in.proofs)

    @post(
        "/sign-out",
        operation_id="signOut",
        summary="End this sign-in; its token opens nothing any more",
        status_code=204,
        guards=[identified],
        security=[{"token": []}],
        responses=refusals(Unauthenticated, SessionExpired, StaysWithOwner),
    )
    async def sign_out(self, request: ApiRequest, sessions: NamedDependency[Sessions]) -> None:
        async with sessions.committing() as session:
            await sign_out(session, bearer_token(request), clock.now())

    @get(
        "/me",
        operation_id="getMe",
        summary="Who am I, where may I work and what may I do",
        opt={ON_BEHALF: True},
        guards=[identified],
        security=[{"token": []}],
        responses=refusals(Unauthenticated, SessionExpired),
    )
    async def me(self, request: ApiRequest) -> UserView:
        return await show_actor(request, actor_of(request))

    @patch(
        "/me",
        operation_id="changeMe",
        opt={WORKS_IN_MAINTENANCE: False},
        summary="Read pages and emails in another language from now on",
        guards=[authenticated],
        security=[{"token": []}],
        responses=refusals(*AUTHENTICATED, ValidationFailed),
    )
    async def change(
        self, request: ApiRequest, data: JSONBody[ChangeMe], sessions: NamedDependency[Sessions]
    ) -> UserView:
        actor = actor_of(request)
        async with sessions.committing() as session:
            await change_language(session, actor.user_id, data.language)
        return await show_actor(request, replace(actor, language=data.language))

    @put(
        "/me/pin",
        operation_id="setOwnPin",
        opt={WORKS_IN_MAINTENANCE: False},
        summary="Set my PIN, or another one in its place",
        status_code=204,
        guards=[signed_in, for_staff(MANAGE_PINS), confirmed, limited("own-pin", 5)],
        security=[{"token": []}],
        responses=refusals(*SIGNED_IN, ConfirmationRequired, PinWeak, RateLimited, ValidationFailed),
    )
    async def set_pin(self, request: ApiRequest, data: JSONBody[OwnPin], origin: NamedDependency[Origin]) -> None:
        resources = resources_of(request)
        async with resources.sessions.committing(origin.merchant_id) as session:
            await set_own_pin(session, resources.key_ring, origin, data)
