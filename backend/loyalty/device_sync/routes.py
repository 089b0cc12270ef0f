"""What a tablet keeps for the time without a connection, and what has changed of it."""

from dataclasses import replace
from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, QueryParameter

from backend.access.problems import StoreNotFound, Unauthenticated
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import empty, refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.devices.principal import device_of
from backend.loyalty.device_sync.changes import bootstrap, changes
from backend.loyalty.device_sync.problems import ChangesCursorUnknown, TooManyWaiting
from backend.loyalty.device_sync.queries import SnapshotReader
from backend.loyalty.device_sync.schemas import Bootstrap, DeviceChanges, DeviceWait
from backend.loyalty.device_sync.waiting import WaitingDevices
from backend.loyalty.ledger.booking.ledger import Ledger

LIMIT = 100
SECONDS = 25
After = Annotated[
    str, QueryParameter(pattern=r"^[0-9a-f]{64}$(?!\n)", description="`changes_cursor`, or `next_cursor` of changes")
]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="At most so many entries")]
Timeout = Annotated[int, QueryParameter(ge=0, le=SECONDS, description="Seconds to wait at most")]
IfNoneMatch = Annotated[
    str | None, HeaderParameter(name="If-None-Match", required=False, description="The `ETag` of the last bootstrap")
]


def _reader(request: ApiRequest, origin: Origin, ledger: Ledger) -> SnapshotReader:
    resources = resources_of(request)
    settings = resources.live.current.security
    return SnapshotReader(resources.sessions, ledger, device_of(request), settings, origin)


class DeviceSyncController(Controller):
    """Of the router `devices`, which identifies the device."""

    tags = ["Devices"]

    @get(
        "/bootstrap",
        operation_id="getBootstrap",
        summary="Everything this tablet keeps: its config, program, rewards, categories, staff and limits",
        responses={200: success(Bootstrap), 304: empty("Nothing has changed since the ETag")}
        | refusals(Unauthenticated, StoreNotFound),
    )
    async def bootstrap(
        self,
        request: ApiRequest,
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        sessions: NamedDependency[Sessions],
        if_none_match: IfNoneMatch = None,
    ) -> Response[Bootstrap | None]:
        snapshot = await _reader(request, origin, ledger).read()
        etag = {"ETag": f'"{snapshot.cursor}"'}
        async with sessions.committing(origin.merchant_id) as session:
            answer = await bootstrap(session, origin, snapshot)
        if if_none_match == etag["ETag"]:
            return Response(None, status_code=304, headers=etag)
        return Response(answer, headers=etag)

    @get(
        "/changes",
        operation_id="listDeviceChanges",
        summary="What has changed since a cursor",
        description="After 410 the tablet fetches the bootstrap again.",
        responses=refusals(Unauthenticated, StoreNotFound, ChangesCursorUnknown, ValidationFailed),
    )
    async def changes(
        self,
        request: ApiRequest,
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        sessions: NamedDependency[Sessions],
        after: After,
        limit: Limit = LIMIT,
    ) -> DeviceChanges:
        snapshot = await _reader(request, origin, ledger).read()
        async with sessions.committing(origin.merchant_id) as session:
            return await changes(session, origin, snapshot, after=after, limit=limit)

    @get(
        "/wait",
        operation_id="waitForDeviceChanges",
        summary="Wait until something has changed since a cursor",
        description="For a tablet whose screen is on. It answers as soon as there is a change, or after the time.",
        responses=refusals(Unauthenticated, StoreNotFound, TooManyWaiting, ValidationFailed),
    )
    async def wait(
        self,
        request: ApiRequest,
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        waiting_devices: NamedDependency[WaitingDevices],
        after: After,
        timeout: Timeout = SECONDS,  # noqa: ASYNC109 - of the client's request
    ) -> DeviceWait:
        reader = _reader(request, origin, ledger)

        async def is_changed() -> bool:
            present = await replace(reader, origin=replace(origin, now=clock.now())).read()
            return present.cursor != after

        is_news = await waiting_devices.wait(is_changed, timeout)
        return DeviceWait(clock.now(), is_news)
