"""The columns of a line that say who booked it, and from where."""

from typing import Any

from backend.core.origin import Origin

NOBODY: dict[str, Any] = {
    "store_id": None,
    "user_id": None,
    "device_id": None,
    "api_key_id": None,
    "sign_in_id": None,
    "on_behalf_user_id": None,
    "ip": None,
    "user_agent": None,
}
"""Points have expired: nobody booked it, time has passed."""


def booked_by(origin: Origin, *, logs_ip: bool) -> dict[str, Any]:
    """`logs_ip`: the merchant's policy keeps IP addresses and user agents."""
    return {
        "store_id": origin.store_id,
        "user_id": origin.user_id,
        "device_id": origin.device_id,
        "api_key_id": origin.api_key_id,
        "sign_in_id": origin.sign_in_id,
        "on_behalf_user_id": origin.on_behalf_user_id,
        "ip": origin.ip if logs_ip else None,
        "user_agent": origin.user_agent if logs_ip else None,
    }
