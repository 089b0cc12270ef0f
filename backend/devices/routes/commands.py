"""What the office asks a tablet to do. It hears it with its next heartbeat."""

from uuid import UUID

from litestar import Controller, Response, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.versions import versioned
from backend.devices.actions import Devices
from backend.devices.commands import request_wipe, send_message, withdraw_wipe
from backend.devices.problems import DeviceNotFound, DeviceStateRefused
from backend.devices.routes.merchant import WRITES, own_stores
from backend.devices.schemas import DeviceMessage, DeviceView


class MerchantDeviceCommandController(Controller):
    path = "/devices/{device_id:uuid}"
    tags = ["Devices"]
    guards = WRITES

    @post(
        "/message",
        operation_id="sendDeviceMessage",
        summary="Send a message to the people at a tablet",
        description="It is shown until somebody confirms it.",
        status_code=200,
        responses={200: success(DeviceView)}
        | refusals(*SIGNED_IN, DeviceNotFound, DeviceStateRefused, ValidationFailed),
    )
    async def message(
        self,
        request: ApiRequest,
        device_id: FromPath[UUID],
        data: JSONBody[DeviceMessage],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> Response[DeviceView]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await send_message(Devices(session, origin, own_stores(request)), device_id, data))

    @post(
        "/wipe",
        operation_id="requestDeviceWipe",
        summary="Ask a tablet to delete everything it keeps",
        description="It hands in what waits on it first. Afterwards it is as a new one, to be paired. A tablet that is "
        "lost is revoked instead.",
        status_code=200,
        responses={200: success(DeviceView)} | refusals(*SIGNED_IN, DeviceNotFound, DeviceStateRefused),
    )
    async def wipe(
        self,
        request: ApiRequest,
        device_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> Response[DeviceView]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await request_wipe(Devices(session, origin, own_stores(request)), device_id))

    @delete(
        "/wipe",
        operation_id="withdrawDeviceWipe",
        summary="Ask no more that the tablet deletes everything",
        description="As long as it has not.",
        status_code=200,
        responses={200: success(DeviceView)} | refusals(*SIGNED_IN, DeviceNotFound),
    )
    async def keep(
        self,
        request: ApiRequest,
        device_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> Response[DeviceView]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await withdraw_wipe(Devices(session, origin, own_stores(request)), device_id))
