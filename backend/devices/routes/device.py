"""What a tablet itself calls: pairing, and its own token and state."""

from typing import Annotated

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.access.guards import limited
from backend.access.problems import Unauthenticated
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.idempotency import IdempotencyKeyMissing, key_for
from backend.core.keys import KeyRing
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.middleware import TELLS_TIME
from backend.core.openapi import refusals, success
from backend.core.openapi.headers import RequiredHeader
from backend.core.origin import Origin
from backend.core.problems import RateLimited, ValidationFailed
from backend.core.requests import ApiRequest, client_address, printable_address
from backend.core.resources import resources_of
from backend.devices.guards import ALSO_OUTDATED, ALSO_SUSPENDED, ROLLS_TOKEN
from backend.devices.heartbeat import take_heartbeat
from backend.devices.pairing import DevicePairing, PairingRequest
from backend.devices.principal import device_of
from backend.devices.problems import (
    REFUSED_DEVICE,
    AppOutdated,
    DeviceKeyInvalid,
    DeviceNotFound,
    PairingCodeExpired,
    PairingCodeUnknown,
    PairingCodeUsed,
)
from backend.devices.queries import lock_device
from backend.devices.schemas.tablet import DeviceTokenView, Heartbeat, HeartbeatAnswer, PairedDevice, Pairing
from backend.devices.signatures import read_public_key
from backend.devices.tokens import issue_token
from backend.devices.views import show_paired

PairingKey = Annotated[
    str | None,
    RequiredHeader(
        name="Idempotency-Key",
        required=False,
        description="1 to 128 printable characters, kept before sending. The same one with the same public key gets "
        "the same device again.",
    ),
]


class PairingController(Controller):
    path = "/pair"
    tags = ["Devices"]

    @post(
        operation_id="pairDevice",
        summary="Pair this tablet with the code from the office",
        description="The token is bound to the key pair of the tablet. When the answer is lost, the same request gets "
        "the same device again, with another token.",
        guards=[limited("pair-device", lambda limits: limits.device_pair_per_minute)],
        responses={201: success(PairedDevice)}
        | refusals(
            PairingCodeUnknown,
            PairingCodeExpired,
            PairingCodeUsed,
            AppOutdated,
            DeviceKeyInvalid,
            IdempotencyKeyMissing,
            RateLimited,
            ValidationFailed,
        ),
    )
    async def pair(
        self,
        request: ApiRequest,
        data: JSONBody[Pairing],
        sessions: NamedDependency[Sessions],
        key_ring: NamedDependency[KeyRing],
        idempotency_key: PairingKey = None,
    ) -> PairedDevice:
        asked = _asked(request, data, idempotency_key)
        issued = await DevicePairing(sessions, key_ring).pair(asked)
        return await show_paired(sessions, issued, asked.now)


def _asked(request: ApiRequest, data: Pairing, idempotency_key: str | None) -> PairingRequest:
    """Raises IdempotencyKeyMissing, AppOutdated or DeviceKeyInvalid."""
    request.scope["state"][TELLS_TIME] = True
    now, required = clock.now(), resources_of(request).live.current.security.device_min_version_code
    key = key_for(idempotency_key, request.scope["path"], data)
    if data.app.version_code < required:
        raise AppOutdated(min_version_code=required, server_time=now)
    public_key = read_public_key(data.public_key)
    if public_key is None:
        raise DeviceKeyInvalid
    return PairingRequest(
        body=data,
        public_key=public_key,
        idempotency_key=key.value,
        now=now,
        instance=request.scope["path"],
        request_id=request.scope["state"]["request_id"],
        ip=printable_address(client_address(request)),
        user_agent=request.headers.get("user-agent", "")[:300] or None,
    )


class OwnDeviceController(Controller):
    """Of the router `devices`, which identifies the device."""

    tags = ["Devices"]

    @post(
        "/token",
        operation_id="rollDeviceToken",
        summary="Exchange the token of this tablet for a new one",
        description="The token of this request works until the new one is first used, for 24 hours at most; after that "
        "it still gets another one here, so that a lost answer locks no tablet out.",
        opt={WORKS_IN_MAINTENANCE: True, ALSO_OUTDATED: True, ALSO_SUSPENDED: True, ROLLS_TOKEN: True},
        responses={201: success(DeviceTokenView)} | refusals(Unauthenticated, *REFUSED_DEVICE, DeviceNotFound),
    )
    async def roll(
        self, request: ApiRequest, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> DeviceTokenView:
        async with sessions.committing(origin.merchant_id) as session:
            device = await lock_device(session, origin, device_of(request).id, None)
            issued = await issue_token(session, device, origin.now)
        return DeviceTokenView(issued.token, issued.expires_at, origin.now)

    @post(
        "/heartbeat",
        operation_id="sendHeartbeat",
        summary="Say how this tablet is, and hear what it shall do",
        description="Also of an outdated app, which is told to update.",
        status_code=200,
        opt={WORKS_IN_MAINTENANCE: True, ALSO_OUTDATED: True},
        responses=refusals(Unauthenticated, *REFUSED_DEVICE, DeviceNotFound, ValidationFailed),
    )
    async def heartbeat(
        self,
        request: ApiRequest,
        data: JSONBody[Heartbeat],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> HeartbeatAnswer:
        settings = resources_of(request).live.current.security
        async with sessions.committing(origin.merchant_id) as session:
            return await take_heartbeat(session, origin, device_of(request).device, data, settings)
