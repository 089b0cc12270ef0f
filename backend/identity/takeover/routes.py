from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from backend.access.guards import Connection, actor_of
from backend.access.problems import (
    PasswordNeeded,
    SessionExpired,
    StaysWithOwner,
    StoreNotFound,
    StoreRequired,
    Unauthenticated,
)
from backend.core.openapi import refusals
from backend.core.openapi.headers import RATE_LIMIT, tells
from backend.core.origin import Origin
from backend.core.problems import RateLimited, ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.guards import bearer_token
from backend.identity.pins.problems import ColleagueNotFound
from backend.identity.schemas import SessionView
from backend.identity.takeover.actions import Takeover
from backend.identity.takeover.problems import PinsNotUsed, SwitchingSuspended
from backend.identity.takeover.schemas import Colleagues, PinSwitch
from backend.identity.views import show_session
from backend.staff_pins.actions import StaffPins
from backend.staff_pins.problems import REFUSED_PIN

AT_STORE = (Unauthenticated, SessionExpired, StaysWithOwner, StoreRequired, StoreNotFound)


@tells(sends=RATE_LIMIT)
async def limited_by_till(connection: Connection, _: BaseRouteHandler) -> None:
    """Counts the attempts of everybody at this till together. Raises RateLimited."""
    resources = resources_of(connection)
    allowed = resources.live.current.limits.pin_unlock_per_minute
    till = actor_of(connection).origin_id.hex
    connection.scope["state"]["allowance"] = await resources.limiter.take("take-over-till", till, allowed)


def _takeover(request: ApiRequest, pins: StaffPins, origin: Origin) -> Takeover:
    return Takeover(resources_of(request).sessions, pins, actor_of(request), bearer_token(request), origin)


class TakeoverController(Controller):
    path = "/loyalty/pins"
    tags = ["Loyalty - Store"]

    @get(
        "/colleagues",
        operation_id="listColleagues",
        summary="Who can take over this till with their PIN",
        responses=refusals(*AT_STORE),
    )
    async def colleagues(
        self, request: ApiRequest, origin: NamedDependency[Origin], pins: NamedDependency[StaffPins]
    ) -> Colleagues:
        takeover = _takeover(request, pins, origin)
        return Colleagues(data=await takeover.colleagues())

    @post(
        "/switch",
        operation_id="switchPerson",
        summary="Take over this till with my PIN, after a colleague",
        description=(
            "The token of this request opens nothing any more. The answer's is for this till only. It ends "
            "with the sign-in with a password from which it came, 12 hours after it at the latest. A wrong PIN counts "
            "toward the lockout. Three people locked from one till, and it takes a password."
        ),
        status_code=201,
        guards=[limited_by_till],
        responses=refusals(
            *AT_STORE,
            *REFUSED_PIN,
            PasswordNeeded,
            PinsNotUsed,
            SwitchingSuspended,
            ColleagueNotFound,
            RateLimited,
            ValidationFailed,
        ),
    )
    async def switch(
        self,
        request: ApiRequest,
        data: JSONBody[PinSwitch],
        origin: NamedDependency[Origin],
        pins: NamedDependency[StaffPins],
    ) -> SessionView:
        takeover = _takeover(request, pins, origin)
        token, expires_at = await takeover.by(data)
        return await show_session(request, token, expires_at)
