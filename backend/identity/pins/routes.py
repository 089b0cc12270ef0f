from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.access.guards import all_of, limited, requires
from backend.access.permissions import MANAGE_PINS
from backend.access.problems import STAFF
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.problems import RateLimited
from backend.identity.pins.actions import clear, unlock
from backend.identity.pins.problems import ColleagueNotFound, OwnPinLocked, PinLockedHere
from backend.identity.pins.queries import list_pins
from backend.identity.pins.schemas import PersonPin, StorePins

CHANGES = (all_of(requires(MANAGE_PINS), limited("manage-pins", lambda limits: limits.pin_unlock_per_minute)),)


class ColleaguePinController(Controller):
    path = "/loyalty/pins"
    tags = ["Loyalty - Store"]

    @get(
        operation_id="listPins",
        summary="Everybody who works at the store, and whether their PIN is set or locked",
        guards=[requires(MANAGE_PINS)],
        responses=refusals(*STAFF),
    )
    async def pins(self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]) -> StorePins:
        async with sessions.committing(origin.merchant_id) as session:
            return StorePins(data=await list_pins(session, origin))

    @post(
        "/{user_id:uuid}/unlock",
        operation_id="unlockPin",
        summary="Unlock a colleague's PIN after wrong attempts",
        description="Attempts at a PIN that is not locked stay counted. Not from where it was locked.",
        status_code=200,
        guards=CHANGES,
        responses=refusals(*STAFF, ColleagueNotFound, OwnPinLocked, PinLockedHere, RateLimited),
    )
    async def unlock(
        self, user_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> PersonPin:
        async with sessions.committing(origin.merchant_id) as session:
            return await unlock(session, origin, user_id)

    @post(
        "/{user_id:uuid}/clear",
        operation_id="clearPin",
        summary="Remove a colleague's PIN: they set another one with their password",
        status_code=200,
        guards=CHANGES,
        responses=refusals(*STAFF, ColleagueNotFound, RateLimited),
    )
    async def clear(
        self, user_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> PersonPin:
        async with sessions.committing(origin.merchant_id) as session:
            return await clear(session, origin, user_id)
