from uuid import UUID

from litestar import Controller, delete, patch, post
from litestar.params import FromPath, JSONBody

from backend.access.guards import actor_of, limited
from backend.access.problems import AUTHENTICATED, WITH_PASSWORD
from backend.core.clock import clock
from backend.core.openapi import refusals
from backend.core.problems import NotFound, RateLimited, ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.factors.actions import after_adding, check_removable
from backend.identity.factors.challenges import begin_step, take_step
from backend.identity.factors.passkeys import add_passkey, credential_ids, remove_passkey, rename_passkey
from backend.identity.factors.proofs import PASSKEY
from backend.identity.factors.schemas import FactorAdded, PasskeyName, PasskeyRegistration, PasskeyStep
from backend.identity.factors.webauthn import RelyingParty, registration_options
from backend.identity.guards import authenticated, confirmed, signed_in
from backend.identity.own_changes import record_own_change
from backend.identity.problems import ConfirmationRequired, LastSecondFactor, PasskeyRefused, StepEnded
from backend.identity.views import show_session
from backend.staff.models import User
from backend.staff.problems import PasswordTooShort


class OwnPasskeyController(Controller):
    path = "/auth/me/passkeys"
    tags = ["Auth"]
    security = [{"token": []}]

    @post(
        "/options",
        operation_id="beginOwnPasskey",
        summary="What the browser asks an authenticator for, to make a passkey",
        guards=[authenticated, confirmed, limited("own-passkey", 10)],
        responses=refusals(*WITH_PASSWORD, ConfirmationRequired, RateLimited),
    )
    async def options(self, request: ApiRequest) -> PasskeyStep:
        resources = resources_of(request)
        async with resources.sessions.committing() as session:
            user = await session.get_one(User, actor_of(request).user_id)
            step = await begin_step(session, "registration", user.id, clock.now())
            known = await credential_ids(session, user.id)
        party = RelyingParty.at(resources.settings.public_url)
        name = resources.live.current.branding.platform_name
        return PasskeyStep(step.token, registration_options(party, user, step.challenge, known, name))

    @post(
        operation_id="addOwnPasskey",
        summary="Use this passkey from now on",
        guards=[authenticated, confirmed, limited("own-passkey", 10)],
        responses=refusals(
            *WITH_PASSWORD, ConfirmationRequired, PasskeyRefused, StepEnded, RateLimited, ValidationFailed
        ),
    )
    async def add(self, request: ApiRequest, data: JSONBody[PasskeyRegistration]) -> FactorAdded:
        actor, resources, now = actor_of(request), resources_of(request), clock.now()
        party = RelyingParty.at(resources.settings.public_url)
        async with resources.sessions.committing() as session:
            challenge = await take_step(session, "registration", data.step, actor.user_id, now)
        async with resources.sessions.committing() as session:
            user = await session.get_one(User, actor.user_id, with_for_update=True)
            passkey_id = await add_passkey(session, party, user.id, data.credential, challenge, name=data.name, now=now)
            added = await after_adding(session, user, actor, PASSKEY, now)
            await record_own_change(session, request, "account.passkey_added", {"passkey_id": str(passkey_id)})
        return FactorAdded(await show_session(request, added.token, added.expires_at), added.recovery_codes)

    @patch(
        "/{passkey_id:uuid}",
        operation_id="renameOwnPasskey",
        summary="Give my passkey another name",
        status_code=204,
        guards=[signed_in],
        responses=refusals(*AUTHENTICATED, NotFound, ValidationFailed),
    )
    async def rename(self, request: ApiRequest, passkey_id: FromPath[UUID], data: JSONBody[PasskeyName]) -> None:
        async with resources_of(request).sessions.committing() as session:
            await rename_passkey(session, actor_of(request).user_id, passkey_id, data.name)

    @delete(
        "/{passkey_id:uuid}",
        operation_id="removeOwnPasskey",
        summary="Sign in without this passkey from now on",
        guards=[signed_in, confirmed],
        responses=refusals(*AUTHENTICATED, ConfirmationRequired, LastSecondFactor, NotFound, PasswordTooShort),
    )
    async def remove(self, request: ApiRequest, passkey_id: FromPath[UUID]) -> None:
        resources, user_id = resources_of(request), actor_of(request).user_id
        async with resources.sessions.committing() as session:
            user = await session.get_one(User, user_id, with_for_update=True)
            await check_removable(session, user, passkey_id, is_production=resources.settings.is_production)
            await remove_passkey(session, user_id, passkey_id)
            await record_own_change(session, request, "account.passkey_removed", {"passkey_id": str(passkey_id)})
