from litestar import Controller, post
from litestar.params import JSONBody

from backend.access.guards import limited
from backend.core.clock import clock
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals
from backend.core.openapi.headers import RATE_LIMIT, sends
from backend.core.problems import RateLimited, ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.factors.challenges import begin_step
from backend.identity.factors.passkeys import find_email
from backend.identity.factors.schemas import PasskeySignIn, PasskeyStep, SecondStep
from backend.identity.factors.webauthn import RelyingParty, request_options
from backend.identity.known_devices import KnownDevice, count_try
from backend.identity.problems import NoWorkplace, PasskeyRefused, SecondFactorRefused, StepEnded
from backend.identity.schemas import SignInView
from backend.identity.sign_in import SignInRequest
from backend.identity.views import show_sign_in
from backend.merchants.problems import MerchantNotFound


class SignInStepController(Controller):
    path = "/auth/sign-in"
    tags = ["Auth"]
    opt = {WORKS_IN_MAINTENANCE: True}

    @post(
        "/second-factor",
        operation_id="signInWithSecondFactor",
        summary="The step after the password: a code, a recovery code or a passkey",
        description="One of `totp`, `recovery_code` and `passkey`. Ten tries an hour for each person and known device.",
        guards=[limited("second-factor-network", lambda limits: limits.card_page_per_minute)],
        response_headers=sends(*RATE_LIMIT),
        responses=refusals(
            SecondFactorRefused, PasskeyRefused, StepEnded, NoWorkplace, MerchantNotFound, RateLimited, ValidationFailed
        ),
    )
    async def second_factor(
        self, request: ApiRequest, data: JSONBody[SecondStep], known_device: KnownDevice = None
    ) -> SignInView:
        resources = resources_of(request)
        allowed = resources.live.current.limits.sign_in_per_minute
        request.scope["state"]["allowance"] = await resources.limiter.take("second-factor", data.attempt, allowed)
        sign_in = SignInRequest.of(request, known_device, data.merchant)
        return await show_sign_in(request, await sign_in.with_factor(data), sign_in.proofs)

    @post(
        "/passkey-options",
        operation_id="beginPasskeySignIn",
        summary="What the browser asks a passkey for, to sign in without a password",
        guards=[limited("passkey-options", lambda limits: limits.card_page_per_minute)],
        responses=refusals(RateLimited),
    )
    async def passkey_options(self, request: ApiRequest) -> PasskeyStep:
        resources = resources_of(request)
        async with resources.sessions.committing() as session:
            step = await begin_step(session, "passkey", None, clock.now())
        party = RelyingParty.at(resources.settings.public_url)
        return PasskeyStep(step.token, request_options(party, step.challenge, []))

    @post(
        "/passkey",
        operation_id="signInWithPasskey",
        summary="Sign in with a passkey and without a password",
        description="The authenticator must have verified the person: by a PIN, a fingerprint or a face.",
        response_headers=sends(*RATE_LIMIT),
        responses=refusals(PasskeyRefused, StepEnded, NoWorkplace, MerchantNotFound, RateLimited, ValidationFailed),
    )
    async def passkey(
        self, request: ApiRequest, data: JSONBody[PasskeySignIn], known_device: KnownDevice = None
    ) -> SignInView:
        resources = resources_of(request)
        async with resources.sessions.committing() as session:
            email = await find_email(session, data.credential)
        request.scope["state"]["allowance"] = await count_try(request, email or "", known_device or "")
        sign_in = SignInRequest.of(request, known_device, data.merchant)
        return await show_sign_in(request, await sign_in.with_passkey(data), sign_in.proofs)
