from litestar import Controller, delete, get, post, put
from litestar.params import JSONBody

from backend.access.guards import actor_of, limited
from backend.access.problems import AUTHENTICATED, WITH_PASSWORD
from backend.core.clock import clock
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals
from backend.core.problems import RateLimited, ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.factors.actions import remove_authenticator, set_authenticator, show_factors
from backend.identity.factors.confirmation import OwnConfirmation
from backend.identity.factors.recovery_codes import replace_recovery_codes
from backend.identity.factors.schemas import (
    AuthenticatorConfirmation,
    AuthenticatorOffer,
    FactorAdded,
    PasskeyStep,
    PersonProof,
    RecoveryCodes,
    SecondFactors,
)
from backend.identity.factors.totp import address_of, new_secret, seal_enrollment, unseal_enrollment
from backend.identity.guards import authenticated, confirmed, signed_in
from backend.identity.own_changes import record_own_change
from backend.identity.problems import (
    ConfirmationRequired,
    LastSecondFactor,
    PasskeyRefused,
    PasswordWrong,
    SecondFactorRefused,
    StepEnded,
)
from backend.identity.schemas import SessionView
from backend.identity.sessions.limits import is_confirmed
from backend.identity.views import show_session
from backend.staff.models import User
from backend.staff.problems import PasswordTooShort


class OwnFactorController(Controller):
    path = "/auth/me"
    tags = ["Auth"]
    security = [{"token": []}]

    @get(
        "/second-factors",
        operation_id="getOwnSecondFactors",
        summary="What I sign in with beside the password",
        guards=[authenticated],
        responses=refusals(*WITH_PASSWORD),
    )
    async def factors(self, request: ApiRequest) -> SecondFactors:
        resources, actor = resources_of(request), actor_of(request)
        async with resources.sessions.committing() as session:
            return await show_factors(
                session,
                await session.get_one(User, actor.user_id),
                is_production=resources.settings.is_production,
                is_confirmed=is_confirmed(actor, clock.now()),
            )

    @post(
        "/confirmation",
        operation_id="confirmOwnSession",
        opt={WORKS_IN_MAINTENANCE: True},
        summary="Confirm that it is me: password, and second factor where there is one",
        description=(
            "For ten minutes the session may then change password, second factors and PIN. The answer has a new token; "
            "the one of this request opens nothing any more."
        ),
        status_code=200,
        guards=[authenticated, limited("confirmation", 5)],
        responses=refusals(
            *WITH_PASSWORD, PasswordWrong, SecondFactorRefused, PasskeyRefused, StepEnded, RateLimited, ValidationFailed
        ),
    )
    async def confirm(self, request: ApiRequest, data: JSONBody[PersonProof]) -> SessionView:
        token, expires_at = await OwnConfirmation(resources_of(request), actor_of(request), clock.now()).confirm(data)
        return await show_session(request, token, expires_at)

    @post(
        "/confirmation/passkey-options",
        operation_id="beginOwnConfirmation",
        opt={WORKS_IN_MAINTENANCE: True},
        summary="What the browser asks my passkey for, to confirm that it is me",
        guards=[authenticated, limited("confirmation-options", 20)],
        responses=refusals(*WITH_PASSWORD, PasskeyRefused, RateLimited),
    )
    async def confirmation_options(self, request: ApiRequest) -> PasskeyStep:
        return await OwnConfirmation(resources_of(request), actor_of(request), clock.now()).offer_passkey()

    @post(
        "/authenticator",
        operation_id="offerOwnAuthenticator",
        summary="A secret for my authenticator app; in force once I have sent a code of it",
        guards=[authenticated, confirmed, limited("own-authenticator", 10)],
        responses=refusals(*WITH_PASSWORD, ConfirmationRequired, RateLimited),
    )
    async def offer_authenticator(self, request: ApiRequest) -> AuthenticatorOffer:
        actor, resources, secret = actor_of(request), resources_of(request), new_secret()
        issuer = resources.live.current.branding.platform_name
        enrollment = seal_enrollment(resources.key_ring, secret, actor.user_id, clock.now())
        return AuthenticatorOffer(secret, address_of(secret, actor.email, issuer), enrollment)

    @put(
        "/authenticator",
        operation_id="setOwnAuthenticator",
        summary="Use this authenticator app from now on; an earlier one is replaced",
        guards=[authenticated, confirmed, limited("own-authenticator", 10)],
        responses=refusals(
            *WITH_PASSWORD, ConfirmationRequired, SecondFactorRefused, StepEnded, RateLimited, ValidationFailed
        ),
    )
    async def set_authenticator(self, request: ApiRequest, data: JSONBody[AuthenticatorConfirmation]) -> FactorAdded:
        actor, resources, now = actor_of(request), resources_of(request), clock.now()
        secret = unseal_enrollment(resources.key_ring, data.enrollment, actor.user_id, now)
        async with resources.sessions.committing() as session:
            added = await set_authenticator(session, resources.key_ring, actor, secret, data.code, now=now)
            await record_own_change(session, request, "account.authenticator_set", {"authenticator": True})
        return FactorAdded(await show_session(request, added.token, added.expires_at), added.recovery_codes)

    @delete(
        "/authenticator",
        operation_id="removeOwnAuthenticator",
        summary="Sign in without my authenticator app from now on",
        guards=[signed_in, confirmed],
        responses=refusals(*AUTHENTICATED, ConfirmationRequired, LastSecondFactor, PasswordTooShort),
    )
    async def remove_authenticator(self, request: ApiRequest) -> None:
        resources = resources_of(request)
        async with resources.sessions.committing() as session:
            user = await session.get_one(User, actor_of(request).user_id, with_for_update=True)
            if await remove_authenticator(session, user, is_production=resources.settings.is_production):
                await record_own_change(session, request, "account.authenticator_removed", {"authenticator": False})

    @post(
        "/recovery-codes",
        operation_id="replaceOwnRecoveryCodes",
        summary="Ten new recovery codes; earlier ones are valid no more",
        guards=[signed_in, confirmed, limited("own-recovery-codes", 5)],
        responses=refusals(*AUTHENTICATED, ConfirmationRequired, RateLimited),
    )
    async def replace_recovery_codes(self, request: ApiRequest) -> RecoveryCodes:
        async with resources_of(request).sessions.committing() as session:
            # Of two at once the second one replaces the codes of the first.
            await session.get_one(User, actor_of(request).user_id, with_for_update=True)
            codes = await replace_recovery_codes(session, actor_of(request).user_id)
            await session.flush()
            await record_own_change(session, request, "account.recovery_codes_replaced", {"recovery_codes": len(codes)})
        return RecoveryCodes(codes)
