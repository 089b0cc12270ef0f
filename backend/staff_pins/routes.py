from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.access.guards import limited
from backend.access.problems import SessionExpired, StaysWithOwner, StoreNotFound, StoreRequired, Unauthenticated
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.staff_pins.actions import StaffPins
from backend.staff_pins.problems import REFUSED_PIN
from backend.staff_pins.queries import get_lockout
from backend.staff_pins.schemas import PinEntry

STAFF = (Unauthenticated, SessionExpired, StaysWithOwner, StoreRequired, StoreNotFound)


class StorePinController(Controller):
    path = "/loyalty/pins"
    tags = ["Loyalty - Store"]

    @post(
        "/verify",
        operation_id="verifyPin",
        summary="Is this my PIN? Unlocks the till",
        description="A wrong PIN counts toward the lockout like one given with a booking.",
        status_code=204,
        guards=[limited("pin", lambda limits: limits.pin_unlock_per_minute)],
        responses=refusals(*STAFF, *REFUSED_PIN, ValidationFailed),
    )
    async def verify(
        self, data: JSONBody[PinEntry], origin: NamedDependency[Origin], pins: NamedDependency[StaffPins]
    ) -> None:
        lockout, zone = await get_lockout(pins.pool, origin)
        await pins.verify(data.staff_pin, origin, lockout, zone)
