from datetime import datetime

from backend.core.problems import Problem
from i18n.translator import N_

BEARER = {"WWW-Authenticate": "Bearer"}


class DeviceRevoked(Problem):
    """`TERMINAL_DEVICE_REVOKED`, as tablets in the field know it."""

    code, status = "TERMINAL_DEVICE_REVOKED", 401
    title = N_("This device was revoked")
    detail = N_("It no longer has access. An owner can add it again as a new device.")
    headers = BEARER
    wipe: bool
    """True when the tablet shall delete its data and its key."""
    accept_pending_until: datetime
    """Until when the tablet may hand in what it did before (UTC)."""
    server_time: datetime
    """Time of the server (UTC)."""

    def __init__(self, *, wipe: bool, accept_pending_until: datetime, server_time: datetime) -> None:
        """`wipe`: delete all data and the key. Until `accept_pending_until` it may hand in what it did before."""
        super().__init__(wipe=wipe, accept_pending_until=accept_pending_until, server_time=server_time)


class DeviceTokenExpired(Problem):
    code, status = "device_token_expired", 401
    title = N_("The token of this device has expired")
    detail = N_("The device asks for a new one by itself, or is paired again.")
    headers = BEARER
    may_roll: bool
    """True when the token still gets another one at `POST /devices/me/token`."""
    server_time: datetime
    """Time of the server (UTC)."""

    def __init__(self, *, may_roll: bool, server_time: datetime) -> None:
        """`may_roll`: it can still be exchanged for a new one at `POST /devices/me/token`."""
        super().__init__(may_roll=may_roll, server_time=server_time)


class DeviceSignatureInvalid(Problem):
    """Also for a time stamp that is off by more than five minutes, and for a nonce that was used before."""

    code, status = "device_signature_invalid", 401
    title = N_("The signature of this request is not valid")
    detail = N_("Sign it again, once, with a new nonce and the time of the server.")
    headers = BEARER
    server_time: datetime
    """Time of the server (UTC)."""

    def __init__(self, *, server_time: datetime) -> None:
        super().__init__(server_time=server_time)


class DeviceSuspended(Problem):
    code, status = "device_suspended", 403
    title = N_("This device is suspended")
    detail = N_("Too many PINs were locked on it. An owner can resume it.")


class AppOutdated(Problem):
    code, status = "app_outdated", 426
    title = N_("Please update the app")
    min_version_code: int
    """Number of the oldest version of the app that is accepted."""
    server_time: datetime
    """Time of the server (UTC)."""

    def __init__(self, *, min_version_code: int, server_time: datetime) -> None:
        super().__init__(min_version_code=min_version_code, server_time=server_time)


class DeviceNotFound(Problem):
    code, status = "device_not_found", 404
    title = N_("Device not found, or you don’t have access")


class DeviceStateRefused(Problem):
    """`state`: of the device, in which this cannot be done."""

    code, status = "device_state_refused", 409
    title = N_("The device is in another state")
    detail = N_("A revoked device stays revoked; a suspended one is resumed first, a new one paired.")
    state: str
    """State of the tablet."""


class PairingCodeUnknown(Problem):
    code, status = "pairing_code_unknown", 404
    title = N_("This code is not known")
    detail = N_("Please check the eight characters.")


class PairingCodeExpired(Problem):
    code, status = "pairing_code_expired", 410
    title = N_("This code is no longer valid")
    detail = N_("Ask for a new one in the office. A code works for five minutes, and only the newest one does.")


class PairingCodeUsed(Problem):
    code, status = "pairing_code_used", 409
    title = N_("This code has already been used")
    detail = N_("Ask for a new one in the office.")


class DeviceKeyInvalid(Problem):
    code, status = "device_key_invalid", 422
    title = N_("This is not a P-256 public key")


REFUSED_DEVICE = (DeviceRevoked, DeviceTokenExpired, DeviceSignatureInvalid, DeviceSuspended, AppOutdated)
"""Raised where a device is authenticated."""
