"""A device as the principal of a request."""

from dataclasses import replace
from typing import ClassVar
from uuid import UUID

from litestar.handlers import BaseRouteHandler

from backend.access.guards import DEVICES, Connection, principal_of
from backend.access.permissions import MANAGE_CARDS, VIEW_PROGRAMS, VOID_TRANSACTIONS
from backend.access.principal import ActorStore, Principal
from backend.access.problems import NotForDevices, Unauthenticated
from backend.core.middleware import TELLS_TIME
from backend.core.origin import Origin
from backend.core.platform_settings import LimitSetting
from backend.core.problems import Problem
from backend.devices.guards import authenticate_device
from backend.devices.queries import KnownDevice

TILL_ONLY = "till"
"""In place of True in the `opt` DEVICES: what a kiosk, which stands among customers, does not show."""
KIOSK = "kiosk"
PROFILE_PERMISSIONS = {
    "till": frozenset({VIEW_PROGRAMS, MANAGE_CARDS, VOID_TRANSACTIONS}),
    KIOSK: frozenset({VIEW_PROGRAMS, MANAGE_CARDS}),
}


class DevicePrincipal(Principal, frozen=True, kw_only=True):
    """A tablet. Whose PIN is given with a booking, the body says."""

    opened_by: ClassVar[str | None] = DEVICES
    refusal: ClassVar[type[Problem]] = NotForDevices
    own_limit: ClassVar[tuple[str, LimitSetting] | None] = ("device", lambda limits: limits.device_per_minute)

    device: KnownDevice

    @property
    def id(self) -> UUID:
        return self.device.id

    @property
    def is_kiosk(self) -> bool:
        return self.device.profile == KIOSK

    @property
    def permissions(self) -> frozenset[str]:
        return PROFILE_PERMISSIONS[self.device.profile]

    @property
    def merchant_permissions(self) -> frozenset[str]:
        return frozenset()

    def permissions_at(self, store: ActorStore) -> frozenset[str]:
        return self.permissions if store.id == self.device.store.id else frozenset()

    def sign(self, origin: Origin) -> Origin:
        """A device is its own sign-in: for a moment it may undo what was booked on it, by anybody."""
        device = self.device
        return replace(origin, device_id=device.id, user_name=device.name, sign_in_id=device.id, is_kiosk=self.is_kiosk)


async def find_device_principal(connection: Connection, token: str) -> Principal:
    """Raises what `authenticate_device` raises, and NotForDevices where the operation is not open to this device."""
    connection.scope["state"][TELLS_TIME] = True
    opened = connection.route_handler.opt.get(DEVICES, False)
    if not opened:
        raise NotForDevices
    device = await authenticate_device(connection, token)
    principal = DevicePrincipal(
        merchant=device.merchant,
        stores=[device.store] if device.is_store_open else [],
        features=device.features,
        device=device,
    )
    if principal.is_kiosk and opened == TILL_ONLY:
        raise NotForDevices
    return principal


async def of_device(connection: Connection, _: BaseRouteHandler) -> None:
    """Raises Unauthenticated for people and API keys."""
    if not isinstance(principal_of(connection), DevicePrincipal):
        raise Unauthenticated


def device_of(connection: Connection) -> DevicePrincipal:
    """The device that makes the request, in an operation that is open to devices only."""
    principal = principal_of(connection)
    assert isinstance(principal, DevicePrincipal), "the operation is open to devices only"
    return principal
