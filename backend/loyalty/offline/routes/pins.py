"""Is this PIN right? A person unlocks the till with it, a tablet gets a grant for the time without a network."""

from dataclasses import replace

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.access.guards import DEVICES, limited
from backend.access.permissions import MANAGE_CARDS
from backend.access.problems import (
    Forbidden,
    SessionExpired,
    StaysWithOwner,
    StoreNotFound,
    StoreRequired,
    Unauthenticated,
)
from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.openapi import empty, refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.staff_pins.acting import acting_as, get_store_person
from backend.staff_pins.actions import StaffPins
from backend.staff_pins.grants.actions import VerifiedPin, issue_grant
from backend.staff_pins.grants.schemas import PinCheck, PinCheckView
from backend.staff_pins.models import WRONG_MAX
from backend.staff_pins.problems import REFUSED_PIN, StaffNotHere
from backend.staff_pins.queries import get_lockout

STAFF = (Unauthenticated, SessionExpired, StaysWithOwner, StoreRequired, StoreNotFound)


class StorePinController(Controller):
    path = "/loyalty/pins"
    tags = ["Loyalty - Store"]

    @post(
        "/verify",
        operation_id="verifyPin",
        summary="Is this PIN right? Unlocks the till",
        description="A wrong PIN counts toward the lockout like one given with a booking. A person sends their own "
        "and gets 204. A tablet names in `user_id` whose PIN it is, and gets 200 with a grant: with it the person "
        "books on this tablet while there is no network. docs/api.md says how.",
        status_code=200,
        guards=[limited("pin", lambda limits: limits.pin_unlock_per_minute)],
        opt={DEVICES: True},
        responses={200: success(PinCheckView), 204: empty("A person’s own PIN is right")}
        | refusals(*STAFF, *REFUSED_PIN, StaffNotHere, Forbidden, ValidationFailed),
    )
    async def verify(
        self,
        data: JSONBody[PinCheck],
        origin: NamedDependency[Origin],
        pins: NamedDependency[StaffPins],
        sessions: NamedDependency[Sessions],
        key_ring: NamedDependency[KeyRing],
    ) -> Response[PinCheckView | None]:
        lockout, zone = await get_lockout(pins.pool, origin)
        acting = await acting_as(pins.pool, origin, data.user_id, staff_pin=data.staff_pin, permission=MANAGE_CARDS)
        pin_id = await pins.verify(data.staff_pin, acting, lockout, zone)
        if origin.device_id is None or acting.user_id is None:
            return Response(None, status_code=204)
        person = await get_store_person(pins.pool, origin, acting.user_id)
        # The grant ends with the person, not with the sign-in of the tablet.
        tablet = replace(acting, sign_in_id=None)
        async with sessions.committing(origin.merchant_id) as session:
            grant = await issue_grant(session, key_ring, tablet, person, VerifiedPin(pin_id, data.staff_pin))
        return Response(PinCheckView(grant, min(lockout.lockout_attempts, WRONG_MAX)), status_code=200)
