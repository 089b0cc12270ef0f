from typing import Annotated

from litestar import Controller, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody
from msgspec.structs import replace

from backend.access.guards import actor_of, for_staff, limited
from backend.access.permissions import MANAGE_PINS
from backend.access.problems import AUTHENTICATED, SIGNED_IN, SessionExpired, Unauthenticated
from backend.core.addresses import normalize_email
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.problems import RateLimited, ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.actions import change_language, set_own_pin, sign_in, sign_out
from backend.identity.guards import authenticated, bearer_token, signed_in
from backend.identity.known_devices import count_try, proof_for
from backend.identity.problems import NoWorkplace, PasswordWrong, SignInRefused, TotpRequired
from backend.identity.queries import find_actor
from backend.identity.schemas import ChangeMe, OwnPin, SignIn, SignInView, UserView
from backend.identity.views import show_user
from backend.merchants.problems import MerchantNotFound
from backend.staff.passwords import PUBLISHED
from backend.staff_pins.problems import PinWeak

KnownDevice = Annotated[
    str | None,
    HeaderParameter(
        name="Known-Device", required=False, description="`known_device` of earlier answers, parted by commas."
    ),
]


class AuthController(Controller):
    path = "/auth"
    tags = ["Auth"]

    @post(
        "/sign-in",
        operation_id="signIn",
        summary="Sign in with email and password",
        description="Wrong tries of others do not keep out who sends `known_device` of an earlier answer.",
        responses=refusals(SignInRefused, TotpRequired, NoWorkplace, MerchantNotFound, RateLimited, ValidationFailed),
    )
    async def sign_in(
        self,
        request: ApiRequest,
        data: JSONBody[SignIn],
        known_device: KnownDevice = None,
    ) -> SignInView:
        now, resources = clock.now(), resources_of(request)
        email = normalize_email(data.email)
        request.scope["state"]["allowance"] = await count_try(request, email, known_device or "")
        if resources.settings.is_production and data.password in PUBLISHED:
            raise SignInRefused
        async with resources.sessions.committing() as session:
            token, expires_at = await sign_in(session, resources.key_ring, data, now, resources.live.current)
        actor = await find_actor(resources.pool, token, now)
        assert actor is not None, "the token was just created"
        proof = proof_for(resources.key_ring, email, known_device or "")
        return SignInView(
            token=token, expires_at=expires_at, user=await show_user(resources.sessions, actor), known_device=proof
        )

    @post(
        "/sign-out",
        operation_id="signOut",
        summary="End this sign-in; its token opens nothing any more",
        status_code=204,
        guards=[authenticated],
        security=[{"token": []}],
        responses=refusals(Unauthenticated, SessionExpired),
    )
    async def sign_out(self, request: ApiRequest, sessions: NamedDependency[Sessions]) -> None:
        async with sessions.committing() as session:
            await sign_out(session, bearer_token(request), clock.now())

    @get(
        "/me",
        operation_id="getMe",
        summary="Who am I, where may I work and what may I do",
        guards=[authenticated],
        security=[{"token": []}],
        responses=refusals(Unauthenticated, SessionExpired),
    )
    async def me(self, request: ApiRequest, sessions: NamedDependency[Sessions]) -> UserView:
        return await show_user(sessions, actor_of(request))

    @patch(
        "/me",
        operation_id="changeMe",
        summary="Read pages and emails in another language from now on",
        guards=[signed_in],
        security=[{"token": []}],
        responses=refusals(*AUTHENTICATED, ValidationFailed),
    )
    async def change(
        self, request: ApiRequest, data: JSONBody[ChangeMe], sessions: NamedDependency[Sessions]
    ) -> UserView:
        actor = actor_of(request)
        async with sessions.committing() as session:
            await change_language(session, actor.user_id, data.language)
        return await show_user(sessions, replace(actor, language=data.language))

    @put(
        "/me/pin",
        operation_id="setOwnPin",
        summary="Set my PIN, or another one in its place; confirmed by my password",
        status_code=204,
        guards=[signed_in, for_staff(MANAGE_PINS), limited("own-pin", 5)],
        security=[{"token": []}],
        responses=refusals(*SIGNED_IN, PasswordWrong, PinWeak, RateLimited, ValidationFailed),
    )
    async def set_pin(self, request: ApiRequest, data: JSONBody[OwnPin], origin: NamedDependency[Origin]) -> None:
        resources = resources_of(request)
        async with resources.sessions.committing(origin.merchant_id) as session:
            await set_own_pin(session, resources.key_ring, origin, data)
