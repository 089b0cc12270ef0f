"""What a tablet hands in, and what became of it."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.access.permissions import MANAGE_CARDS
from backend.access.problems import Forbidden, Unauthenticated
from backend.core.bodies import JUDGES_ENTRIES, TAKES_GZIP
from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import RateLimited, ValidationFailed
from backend.core.requests import ApiRequest
from backend.devices.guards import ALSO_REVOKED
from backend.devices.principal import device_of
from backend.devices.problems import REFUSED_DEVICE
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.offline.actions import BatchIntake
from backend.loyalty.offline.problems import OperationNotFound
from backend.loyalty.offline.queries import get_operation, list_operations
from backend.loyalty.offline.schemas.batches import (
    BatchView,
    DeviceBatch,
    DeviceOperationList,
    DeviceOperationView,
    OperationState,
)
from backend.loyalty.offline.sender import BatchSender
from backend.staff_pins.acting import acting_as, get_store_person
from backend.staff_pins.actions import StaffPins
from backend.staff_pins.grants.actions import end_grant, issue_grant
from backend.staff_pins.grants.problems import GrantNotFound
from backend.staff_pins.grants.schemas import GrantRequest, GrantView
from backend.staff_pins.problems import PinRequired, StaffNotHere
from backend.staff_pins.queries import get_lockout

OF_DEVICE = (Unauthenticated, *REFUSED_DEVICE)
OfState = Annotated[
    OperationState | None, QueryParameter(name="state", description="Only of this state. Without it: all of them.")
]


def at_own_store(request: ApiRequest, origin: Origin) -> Origin:
    """Also where the store is closed: what was done there before is handed in all the same."""
    store = device_of(request).device.store
    return replace(origin, store_id=store.id, country=store.country)


class DeviceBatchController(Controller):
    """Of the router `devices`, which identifies the tablet."""

    tags = ["Devices"]

    @post(
        "/batches",
        operation_id="uploadBatch",
        summary="Hand in what was done offline: up to 500 operations, each answered by itself",
        description="Always 200 for a well-formed batch, whatever becomes of its operations. Sent again, whole or in "
        "part, it gets the same answers, and books nothing twice. May be compressed with gzip; 1 MiB at most, also "
        "unpacked, and 16 KiB for each operation. What a revoked tablet hands in within seven days waits for a person, "
        "all of it. 429 where 2,000 operations of the tablet wait already, or 5,000 came within an hour.",
        status_code=200,
        opt={ALSO_REVOKED: True, TAKES_GZIP: True, JUDGES_ENTRIES: "operations"},
        responses={200: success(BatchView)} | refusals(*OF_DEVICE, RateLimited, ValidationFailed),
    )
    async def upload(
        self,
        request: ApiRequest,
        data: JSONBody[DeviceBatch],
        origin: NamedDependency[Origin],
        enrollment: NamedDependency[Enrollment],
    ) -> BatchView:
        is_revoked = device_of(request).device.revoked_at is not None
        sender = BatchSender(at_own_store(request, origin), is_revoked=is_revoked)
        return await BatchIntake(enrollment, sender, data).run()

    @get(
        "/operations",
        operation_id="listDeviceOperations",
        summary="What became of the operations of this tablet, the oldest first",
        responses={200: success(DeviceOperationList)} | refusals(*OF_DEVICE, CursorExpired, ValidationFailed),
    )
    async def operations(
        self,
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        operation_state: OfState = None,
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> DeviceOperationList:
        async with sessions.committing(origin.merchant_id) as session:
            return await list_operations(session, origin, cursors, state=operation_state, limit=limit, after=after)

    @get(
        "/operations/{operation_id:str}",
        operation_id="getDeviceOperation",
        summary="What became of one operation of this tablet",
        responses={200: success(DeviceOperationView)} | refusals(*OF_DEVICE, OperationNotFound, ValidationFailed),
    )
    async def operation(
        self, operation_id: FromPath[str], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> DeviceOperationView:
        async with sessions.committing(origin.merchant_id) as session:
            return await get_operation(session, origin, operation_id)


class DeviceGrantController(Controller):
    path = "/grants"
    tags = ["Devices"]

    @post(
        operation_id="requestGrant",
        summary="A grant for offline bookings where the merchant asks for no PIN",
        description="With the same limits. Where a PIN is asked for, `POST /store/loyalty/pins/verify` gives one.",
        responses={201: success(GrantView)}
        | refusals(*OF_DEVICE, PinRequired, StaffNotHere, Forbidden, ValidationFailed),
    )
    async def request_grant(
        self,
        request: ApiRequest,
        data: JSONBody[GrantRequest],
        origin: NamedDependency[Origin],
        pins: NamedDependency[StaffPins],
        sessions: NamedDependency[Sessions],
        key_ring: NamedDependency[KeyRing],
    ) -> GrantView:
        here = at_own_store(request, origin)
        lockout, _ = await get_lockout(pins.pool, here)
        if lockout.staff_pin_policy == "required" or here.is_kiosk:
            raise PinRequired
        await acting_as(pins.pool, here, data.user_id, permission=MANAGE_CARDS)
        person = await get_store_person(pins.pool, here, data.user_id)
        async with sessions.committing(here.merchant_id) as session:
            return await issue_grant(session, key_ring, here, person, None)

    @delete(
        "/{grant_id:uuid}",
        operation_id="endGrant",
        summary="End a grant at the end of a shift",
        responses=refusals(*OF_DEVICE, GrantNotFound),
    )
    async def end(
        self, grant_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> None:
        async with sessions.committing(origin.merchant_id) as session:
            await end_grant(session, origin, grant_id)
