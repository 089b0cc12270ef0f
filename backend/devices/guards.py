"""Authentication of devices: a bearer token, and a signature of each request by the device's key."""

from datetime import UTC, datetime
from typing import cast

from litestar.handlers import BaseRouteHandler
from structlog.contextvars import bind_contextvars

from backend.access.guards import Connection
from backend.access.problems import Unauthenticated
from backend.core.clock import clock
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.devices.metrics import REVOKED_DEVICE_REQUESTS
from backend.devices.problems import (
    AppOutdated,
    DeviceRevoked,
    DeviceSignatureInvalid,
    DeviceSuspended,
    DeviceTokenExpired,
)
from backend.devices.queries import RegisteredDevice, find_device, token_hash
from backend.devices.rules import ACCEPT_PENDING, is_in_time
from backend.devices.signatures import NONCE, TIMESTAMP, is_signed_by, message_of

ALSO_REVOKED = "also_revoked"
"""In the `opt` of what a revoked device may still do for the time of ACCEPT_PENDING."""
ALSO_SUSPENDED = "also_suspended"
ALSO_OUTDATED = "also_outdated"
"""Of what an outdated app may do too."""
ROLLS_TOKEN = "rolls_token"  # noqa: S105 - no password
"""Of what a token may do that has expired."""
TIMESTAMP_HEADER, NONCE_HEADER, SIGNATURE_HEADER = "orion-timestamp", "orion-nonce", "orion-signature"
VERSION_HEADER = "orion-app-version"
NOTE_REQUEST = "SELECT note_device_request($1, $2, $3, $4, $5)"


async def authenticate_device(connection: Connection, token: str) -> RegisteredDevice:
    """The device that signed the request.

    Raises Unauthenticated, DeviceSignatureInvalid, DeviceRevoked, DeviceTokenExpired, DeviceSuspended or AppOutdated.
    """
    pool, handler, now = resources_of(connection).pool, connection.route_handler, clock.now()
    device = await find_device(pool, token)
    if device is None:
        raise Unauthenticated
    nonce = await _verified_nonce(connection, device, now)
    _refuse_revoked(device, handler, now)
    _refuse_expired(device, handler, now)
    if not await pool.fetchval(NOTE_REQUEST, device.merchant.id, device.id, token_hash(token), nonce, now):
        raise DeviceSignatureInvalid(server_time=now)
    if device.state == "suspended" and not handler.opt.get(ALSO_SUSPENDED, False):
        raise DeviceSuspended
    _refuse_outdated(connection, device, handler, now)
    bind_contextvars(device=str(device.id), merchant=device.merchant.code)
    return device


async def _verified_nonce(connection: Connection, device: RegisteredDevice, now: datetime) -> str:
    """The nonce of a request that was signed just now by the device's key. Raises DeviceSignatureInvalid."""
    headers = connection.headers
    timestamp, nonce = headers.get(TIMESTAMP_HEADER, ""), headers.get(NONCE_HEADER, "")
    if not TIMESTAMP.fullmatch(timestamp) or not NONCE.fullmatch(nonce):
        raise DeviceSignatureInvalid(server_time=now)
    request = cast("ApiRequest", connection)
    message = message_of(request.method, target_of(connection), await request.body(), timestamp, nonce)
    is_signed = is_signed_by(device.key, headers.get(SIGNATURE_HEADER, ""), message)
    if not is_signed or not is_in_time(_moment(timestamp), now):
        raise DeviceSignatureInvalid(server_time=now)
    return nonce


def target_of(connection: Connection) -> str:
    """Path and query as they were sent."""
    scope = connection.scope
    path = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def _moment(timestamp: str) -> datetime:
    """From milliseconds; a time beyond the calendar is as wrong as any other."""
    try:
        return datetime.fromtimestamp(int(timestamp) / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.min.replace(tzinfo=UTC)


def _refuse_revoked(device: RegisteredDevice, handler: BaseRouteHandler, now: datetime) -> None:
    if device.revoked_at is None:
        return
    ends_at = device.revoked_at + ACCEPT_PENDING
    if now >= ends_at or not handler.opt.get(ALSO_REVOKED, False):
        REVOKED_DEVICE_REQUESTS.inc()
        raise DeviceRevoked(wipe=device.wipes, accept_pending_until=ends_at, server_time=now)


def _refuse_expired(device: RegisteredDevice, handler: BaseRouteHandler, now: datetime) -> None:
    use = device.token.state.use(now)
    if use == "ended" or (use == "may_roll" and not handler.opt.get(ROLLS_TOKEN, False)):
        raise DeviceTokenExpired(may_roll=use == "may_roll", server_time=now)


def _refuse_outdated(
    connection: Connection, device: RegisteredDevice, handler: BaseRouteHandler, now: datetime
) -> None:
    """By the version that the request names, or the last one it named."""
    required = resources_of(connection).live.current.security.device_min_version_code
    header = connection.headers.get(VERSION_HEADER, "")
    version = int(header) if TIMESTAMP.fullmatch(header) else device.app_version_code
    if version is not None and version < required and not handler.opt.get(ALSO_OUTDATED, False):
        raise AppOutdated(min_version_code=required, server_time=now)
