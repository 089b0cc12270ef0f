from uuid import UUID

from litestar import Controller, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.access.guards import actor_of
from backend.access.problems import AUTHENTICATED
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals
from backend.core.problems import NotFound
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.guards import signed_in
from backend.identity.own_changes import record_own_change
from backend.identity.sessions.actions import end_session, end_sessions
from backend.identity.sessions.queries import list_sessions
from backend.identity.sessions.schemas import OwnSessionList


class OwnSessionController(Controller):
    path = "/auth/me/sessions"
    tags = ["Auth"]
    opt = {WORKS_IN_MAINTENANCE: True}
    guards = [signed_in]
    security = [{"token": []}]

    @get(
        operation_id="listOwnSessions",
        summary="Where am I signed in",
        responses=refusals(*AUTHENTICATED),
    )
    async def list_own(self, request: ApiRequest, sessions: NamedDependency[Sessions]) -> OwnSessionList:
        security = resources_of(request).live.current.security
        async with sessions.committing() as session:
            return await list_sessions(session, actor_of(request), clock.now(), security)

    @delete(
        "/{session_id:uuid}",
        operation_id="endOwnSession",
        summary="End one of my sessions; its token opens nothing any more",
        responses=refusals(*AUTHENTICATED, NotFound),
    )
    async def end_own(
        self, request: ApiRequest, session_id: FromPath[UUID], sessions: NamedDependency[Sessions]
    ) -> None:
        actor, now = actor_of(request), clock.now()
        async with sessions.committing() as session:
            if not await end_session(session, actor.user_id, session_id, now):
                raise NotFound
            await record_own_change(session, request, "account.session_ended", {"session_id": str(session_id)})

    @delete(
        operation_id="endOwnOtherSessions",
        summary="End all my sessions but this one",
        responses=refusals(*AUTHENTICATED),
    )
    async def end_others(self, request: ApiRequest, sessions: NamedDependency[Sessions]) -> None:
        actor, now = actor_of(request), clock.now()
        async with sessions.committing() as session:
            if ended := await end_sessions(session, actor.user_id, now, but=actor.sign_in_id):
                await record_own_change(session, request, "account.sessions_ended", {"sessions": ended})
