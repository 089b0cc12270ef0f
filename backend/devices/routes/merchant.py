"""Tablets in the office: of all stores for an owner, of those where it is permitted for a store member."""

from uuid import UUID

from litestar import Controller, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, at_some_store, limited, principal_of, stores_with
from backend.access.permissions import MANAGE_DEVICES
from backend.access.problems import SIGNED_IN, StoreNotFound
from backend.core.creation import RepeatKey, create_once
from backend.core.database import Sessions
from backend.core.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused
from backend.core.keys import KeyRing
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.devices.actions import Devices
from backend.devices.pairing import PairingAddress, make_pairing_code
from backend.devices.problems import DeviceNotFound, DeviceStateRefused
from backend.devices.queries import Stores, get_device, list_devices
from backend.devices.schemas import (
    DeviceChange,
    DeviceDraft,
    DeviceList,
    DeviceRevocation,
    DeviceView,
    PairingCodeView,
)

READS = (at_some_store(MANAGE_DEVICES),)
WRITES = (all_of(at_some_store(MANAGE_DEVICES), limited("change_devices", 60)),)


def own_stores(request: ApiRequest) -> Stores:
    return stores_with(principal_of(request), MANAGE_DEVICES)


class MerchantDeviceController(Controller):
    path = "/devices"
    tags = ["Devices"]

    @get(
        operation_id="listDevices",
        summary="Tablets, by store and name; revoked ones last",
        guards=READS,
        responses=refusals(*SIGNED_IN),
    )
    async def devices(
        self, request: ApiRequest, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> DeviceList:
        async with sessions.committing(origin.merchant_id) as session:
            return DeviceList(data=await list_devices(session, origin, own_stores(request)))

    @post(
        operation_id="createDevice",
        summary="Add a tablet to a store, to be paired",
        guards=WRITES,
        responses={201: success(DeviceView)}
        | refusals(*SIGNED_IN, StoreNotFound, IdempotencyKeyMissing, IdempotencyKeyReused, ValidationFailed),
    )
    async def create(
        self,
        request: ApiRequest,
        data: JSONBody[DeviceDraft],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        repeat_key: RepeatKey = None,
    ) -> Response[bytes]:
        stores = own_stores(request)
        return await create_once(
            sessions, origin, repeat_key, data, lambda session: Devices(session, origin, stores).create(data)
        )

    @get(
        "/{device_id:uuid}",
        operation_id="getDevice",
        summary="One tablet, also a revoked one",
        guards=READS,
        responses={200: success(DeviceView)} | refusals(*SIGNED_IN, DeviceNotFound),
    )
    async def device(
        self,
        request: ApiRequest,
        device_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> Response[DeviceView]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await get_device(session, origin, device_id, own_stores(request)))

    @patch(
        "/{device_id:uuid}",
        operation_id="changeDevice",
        summary="Rename a tablet, or move it to another store",
        description="At another store it fetches staff, rewards and rules anew.",
        guards=WRITES,
        responses={200: success(DeviceView)}
        | refusals(
            *SIGNED_IN,
            DeviceNotFound,
            DeviceStateRefused,
            StoreNotFound,
            PreconditionRequired,
            Stale,
            ValidationFailed,
        ),
    )
    async def change(
        self,
        request: ApiRequest,
        device_id: FromPath[UUID],
        data: JSONBody[DeviceChange],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[DeviceView]:
        stores = own_stores(request)
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await Devices(session, origin, stores).change(device_id, data, if_match))

    @post(
        "/{device_id:uuid}/pairing-code",
        operation_id="makePairingCode",
        summary="Make a code with which the tablet is paired",
        description="It works for five minutes and once; only the newest one does. A tablet that is paired already "
        "goes on until the code is used.",
        guards=WRITES,
        responses={201: success(PairingCodeView)} | refusals(*SIGNED_IN, DeviceNotFound, DeviceStateRefused),
    )
    async def pairing_code(
        self,
        request: ApiRequest,
        device_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        key_ring: NamedDependency[KeyRing],
    ) -> PairingCodeView:
        settings, stores = resources_of(request).settings, own_stores(request)
        address = PairingAddress(settings.public_url, settings.api_url)
        async with sessions.committing(origin.merchant_id) as session:
            return await make_pairing_code(Devices(session, origin, stores), device_id, keys=key_ring, address=address)

    @post(
        "/{device_id:uuid}/revoke",
        operation_id="revokeDevice",
        summary="Revoke a tablet for good, from its next request on",
        description="For a week it may still hand in what it did before.",
        status_code=200,
        guards=WRITES,
        responses={200: success(DeviceView)} | refusals(*SIGNED_IN, DeviceNotFound, ValidationFailed),
    )
    async def revoke(
        self,
        request: ApiRequest,
        device_id: FromPath[UUID],
        data: JSONBody[DeviceRevocation],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> Response[DeviceView]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await Devices(session, origin, own_stores(request)).revoke(device_id, data))

    @post(
        "/{device_id:uuid}/resume",
        operation_id="resumeDevice",
        summary="Let a suspended tablet work again",
        description="PINs that were locked on it stay locked.",
        status_code=200,
        guards=WRITES,
        responses={200: success(DeviceView)} | refusals(*SIGNED_IN, DeviceNotFound, DeviceStateRefused),
    )
    async def resume(
        self,
        request: ApiRequest,
        device_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> Response[DeviceView]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await Devices(session, origin, own_stores(request)).resume(device_id))
