"""Known devices: browsers in which a person has signed in before.

Sign-in attempts of a known device have their own limit, so that guesses from elsewhere do not lock the person out.
A proof grants no access.
"""

import base64
import binascii
import secrets
from typing import Annotated, Any

from litestar.connection import ASGIConnection
from litestar.params import HeaderParameter

from backend.core.keys import MAC_BYTES_MIN, KeyRing
from backend.core.ratelimit import Allowance
from backend.core.requests import client_network
from backend.core.resources import resources_of

PURPOSE = "known device"
ID_BYTES = 16
PROOFS_MAX = 8

KnownDevice = Annotated[
    str | None,
    HeaderParameter(
        name="Known-Device", required=False, description="`known_device` of earlier answers, parted by commas."
    ),
]


def proof_for(keys: KeyRing, email: str, proofs: str) -> str:
    """A proof for the browser in which the person with this email has just signed in.

    A browser with a valid proof keeps its device id.
    """
    device_id = find_device(keys, email, proofs)
    device = bytes.fromhex(device_id) if device_id else secrets.token_bytes(ID_BYTES)
    return base64.urlsafe_b64encode(device + keys.sign(PURPOSE, device + email.encode())[:MAC_BYTES_MIN]).decode()


def find_device(keys: KeyRing, email: str, proofs: str) -> str | None:
    """The device id in the first valid proof for this email. `proofs`: comma-separated."""
    for proof in proofs.split(",")[:PROOFS_MAX]:
        raw = _decoded(proof.strip())
        if len(raw) == ID_BYTES + MAC_BYTES_MIN and keys.verify(
            PURPOSE, raw[:ID_BYTES] + email.encode(), raw[ID_BYTES:]
        ):
            return raw[:ID_BYTES].hex()
    return None


async def count_try(connection: ASGIConnection[Any, Any, Any, Any], email: str, proofs: str) -> Allowance:
    """Counts a sign-in attempt for this account; call it before any verification. Raises RateLimited."""
    resources = resources_of(connection)
    limiter, limits = resources.limiter, resources.live.current.limits
    device = find_device(resources.key_ring, email, proofs)
    if device is not None:
        return await limiter.take("sign-in-device", device, limits.sign_in_per_minute)
    network = client_network(connection)
    allowance = await limiter.take("sign-in", network, limits.sign_in_per_minute)
    await limiter.take("sign-in-email", f"{network} {email}", limits.sign_in_per_account_and_network_per_minute)
    await limiter.take("sign-in-account", email, limits.sign_in_per_account_per_minute)
    return allowance


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
