from typing import Annotated

from litestar import Controller, get, post, put
from litestar.params import JSONBody, PathParameter

from backend.access.guards import actor_of, limited
from backend.access.problems import AUTHENTICATED
from backend.core.clock import clock
from backend.core.openapi import refusals
from backend.core.problems import RateLimited, ValidationFailed
from backend.core.queue import ANSWER_RESETS, try_to_wake
from backend.core.requests import ApiRequest, reader_language
from backend.core.resources import resources_of
from backend.identity.guards import confirmed, signed_in
from backend.identity.own_changes import record_own_change
from backend.identity.passwords.actions import change_password, find_reset, owner_of, reset_password
from backend.identity.passwords.requests import ask_for_reset
from backend.identity.passwords.schemas import ChangedPassword, PasswordResetLink, PasswordResetQuestion
from backend.identity.problems import ConfirmationRequired, ResetLinkEnded
from backend.identity.schemas import SessionView
from backend.identity.sessions.actions import end_sessions, renew_session
from backend.identity.views import show_session
from backend.staff.models import User
from backend.staff.problems import PASSWORD_REFUSED

ResetToken = Annotated[str, PathParameter(description="The last part of the link in the email.")]


class PasswordController(Controller):
    path = "/auth"
    tags = ["Auth"]

    @put(
        "/me/password",
        operation_id="changeOwnPassword",
        summary="Choose another password; my other sessions end",
        description="The answer has a new token; the one of this request opens nothing any more.",
        guards=[signed_in, confirmed, limited("own-password", 5)],
        security=[{"token": []}],
        responses=refusals(*AUTHENTICATED, ConfirmationRequired, *PASSWORD_REFUSED, RateLimited, ValidationFailed),
    )
    async def change(self, request: ApiRequest, data: JSONBody[ChangedPassword]) -> SessionView:
        actor, now = actor_of(request), clock.now()
        async with resources_of(request).sessions.committing() as session:
            user = await session.get_one(User, actor.user_id)
            await change_password(session, user, data.password)
            ended = await end_sessions(session, user.id, now, but=actor.sign_in_id)
            token, expires_at = await renew_session(session, actor.sign_in_id, now)
            await record_own_change(session, request, "account.password_changed", {"sessions_ended": ended})
        return await show_session(request, token, expires_at)

    @post(
        "/password-resets",
        operation_id="askForPasswordReset",
        summary="I forgot my password: send a link to my email",
        description="The answer is the same whether or not the address is known here.",
        status_code=202,
        guards=[limited("password-reset", lambda limits: limits.card_link_per_minute)],
        responses=refusals(RateLimited, ValidationFailed),
    )
    async def ask(self, request: ApiRequest, data: JSONBody[PasswordResetQuestion]) -> None:
        resources = resources_of(request)
        async with resources.sessions.committing() as session:
            await ask_for_reset(session, data.email, reader_language(request), clock.now())
        await try_to_wake(resources.queue, ANSWER_RESETS)

    @get(
        "/password-resets/{token:str}",
        operation_id="getPasswordReset",
        summary="Is this link still open, and for whom",
        guards=[limited("password-reset-link", lambda limits: limits.card_page_per_minute)],
        responses=refusals(ResetLinkEnded, RateLimited),
    )
    async def show(self, request: ApiRequest, token: ResetToken) -> PasswordResetLink:
        async with resources_of(request).sessions.committing() as session:
            reset = await find_reset(session, token, clock.now())
            user = await session.get_one(User, reset.user_id)
            owner = await owner_of(session, user)
            return PasswordResetLink(user.email, owner.length_min, reset.expires_at)

    @post(
        "/password-resets/{token:str}",
        operation_id="resetPassword",
        summary="Choose a new password with the link of the email; all my sessions end",
        status_code=204,
        guards=[limited("password-reset-link", lambda limits: limits.card_page_per_minute)],
        responses=refusals(ResetLinkEnded, *PASSWORD_REFUSED, RateLimited, ValidationFailed),
    )
    async def reset(self, request: ApiRequest, token: ResetToken, data: JSONBody[ChangedPassword]) -> None:
        async with resources_of(request).sessions.committing() as session:
            await reset_password(session, request, token, data.password)
