"""What only a tablet calls at its store."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from backend.access.guards import DEVICES
from backend.access.problems import STAFF
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.problems import RateLimited, ValidationFailed
from backend.devices.failed_pins import FailedPins
from backend.devices.principal import of_device
from backend.devices.problems import DeviceNotFound
from backend.devices.schemas.pins import FailedPin, FailedPinAnswer
from backend.staff_pins.actions import StaffPins
from backend.staff_pins.problems import StaffNotHere
from backend.staff_pins.queries import get_lockout

FailedPinList = Annotated[list[FailedPin], Meta(min_length=1, max_length=60)]


class DevicePinController(Controller):
    path = "/loyalty/pins"
    tags = ["Devices"]

    @post(
        "/{staff_id:uuid}/record-failed-attempt",
        operation_id="recordFailedAttempt",
        summary="Report wrong PINs that were entered on this tablet while it was offline",
        description="A list of events, or one without a list; each counts once, toward the same lockout as attempts "
        "online. Of people of the tablet's own store, 60 attempts an hour at most.",
        status_code=200,
        guards=[of_device],
        opt={DEVICES: True},
        responses=refusals(*STAFF, StaffNotHere, DeviceNotFound, RateLimited, ValidationFailed),
    )
    async def record(
        self,
        staff_id: FromPath[UUID],
        data: JSONBody[FailedPin | FailedPinList],
        origin: NamedDependency[Origin],
        pins: NamedDependency[StaffPins],
        sessions: NamedDependency[Sessions],
    ) -> FailedPinAnswer:
        policy, _ = await get_lockout(pins.pool, origin)
        reports = data if isinstance(data, list) else [data]
        async with sessions.committing(origin.merchant_id) as session:
            return await FailedPins(session, origin, policy).report(staff_id, reports)
