"""Administrators act for a merchant: half an hour at most, with a reason that the merchant reads."""

from litestar import Controller, delete, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from backend.access.guards import Connection, actor_of, all_of, for_platform, limited
from backend.access.permissions import MANAGE_MERCHANTS
from backend.access.problems import SIGNED_IN, Forbidden
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest
from backend.identity.on_behalf.actions import begin_on_behalf, end_on_behalf
from backend.identity.on_behalf.schemas import OnBehalfReason
from backend.identity.schemas import SessionView
from backend.identity.views import show_session
from backend.merchants.guards import for_named_merchant
from backend.merchants.problems import MerchantNotFound


class AdminOnBehalfController(Controller):
    path = "/merchants/{merchant_code:str}/on-behalf"
    tags = ["Admin"]

    @post(
        operation_id="beginOnBehalf",
        summary="Act for a merchant, as its owner would",
        description="For 30 minutes at most, with a token of its own. What stays with the owner is `stays_with_owner`. "
        "Each change names both, in the merchant’s audit too.",
        guards=[all_of(for_platform(MANAGE_MERCHANTS), limited("on_behalf", 10), for_named_merchant)],
        responses=refusals(*SIGNED_IN, MerchantNotFound, ValidationFailed),
    )
    async def begin(
        self,
        request: ApiRequest,
        data: JSONBody[OnBehalfReason],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> SessionView:
        async with sessions.committing(origin.merchant_id) as session:
            token, ends_at = await begin_on_behalf(session, origin, data.reason)
        return await show_session(request, token, ends_at)


async def on_behalf(connection: Connection, _: BaseRouteHandler) -> None:
    """Raises Forbidden for the merchant's own people."""
    if actor_of(connection).on_behalf is None:
        raise Forbidden(MANAGE_MERCHANTS)


class OnBehalfController(Controller):
    path = "/on-behalf"
    tags = ["Merchant"]

    @delete(
        operation_id="endOnBehalf",
        summary="End acting for the merchant; the token opens nothing any more",
        guards=[on_behalf],
        responses=refusals(*SIGNED_IN),
    )
    async def end(
        self, request: ApiRequest, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> None:
        acting = actor_of(request).on_behalf
        assert acting is not None, "the guard has seen it"
        async with sessions.committing(origin.merchant_id) as session:
            await end_on_behalf(session, origin, acting.id)
