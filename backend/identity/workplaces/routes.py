from litestar import Controller, post
from litestar.params import JSONBody

from backend.access.guards import actor_of, limited
from backend.access.problems import AUTHENTICATED
from backend.core.clock import clock
from backend.core.openapi import refusals
from backend.core.problems import RateLimited, ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.guards import signed_in
from backend.identity.schemas import ChosenMerchant, SessionView
from backend.identity.views import show_session
from backend.identity.workplaces.actions import switch_workplace
from backend.merchants.problems import MerchantNotFound


class WorkplaceController(Controller):
    path = "/auth/merchant"
    tags = ["Auth"]

    @post(
        operation_id="switchMerchant",
        summary="Work for another of my merchants",
        description="The answer has a new token; the one of this request opens nothing any more.",
        guards=[signed_in, limited("switch-merchant", 20)],
        security=[{"token": []}],
        responses=refusals(*AUTHENTICATED, MerchantNotFound, RateLimited, ValidationFailed),
    )
    async def switch(self, request: ApiRequest, data: JSONBody[ChosenMerchant]) -> SessionView:
        actor, now = actor_of(request), clock.now()
        async with resources_of(request).sessions.committing() as session:
            token, expires_at = await switch_workplace(session, actor, data.merchant, now)
        return await show_session(request, token, expires_at)
