"""Browsers in which a person has signed in before: what strangers guess elsewhere does not keep that person out.

A proof opens nothing. It only has its tries counted apart from everybody else's.
"""

import base64
import binascii
import secrets
from typing import Any

from litestar.connection import ASGIConnection

from backend.core.keys import MAC_BYTES_MIN, KeyRing
from backend.core.ratelimit import Allowance, RateLimiter
from backend.core.requests import client_network

PURPOSE = "known device"
ID_BYTES = 16
PROOFS_MAX = 8
PER_DEVICE, PER_NETWORK, PER_ACCOUNT_AND_NETWORK, PER_ACCOUNT = 10, 10, 5, 20
"""Tries a minute. The last is for all strangers to one account together."""


def proof_for(keys: KeyRing, email: str, proofs: str) -> str:
    """For a browser in which the person with this email has just signed in; the same as long as the keys are."""
    known = find_device(keys, email, proofs)
    device = bytes.fromhex(known) if known else secrets.token_bytes(ID_BYTES)
    return base64.urlsafe_b64encode(device + keys.sign(PURPOSE, device + email.encode())[:MAC_BYTES_MIN]).decode()


def find_device(keys: KeyRing, email: str, proofs: str) -> str | None:
    """The device that one of these proofs, parted by commas, makes known for the email."""
    for proof in proofs.split(",")[:PROOFS_MAX]:
        raw = _decoded(proof.strip())
        if len(raw) == ID_BYTES + MAC_BYTES_MIN and keys.verify(
            PURPOSE, raw[:ID_BYTES] + email.encode(), raw[ID_BYTES:]
        ):
            return raw[:ID_BYTES].hex()
    return None


async def count_try(connection: ASGIConnection[Any, Any, Any, Any], email: str, proofs: str) -> Allowance:
    """Counts a try at this account, before anything is verified. Raises RateLimited."""
    state = connection.app.state
    limiter: RateLimiter = state.limiter
    device = find_device(state.key_ring, email, proofs)
    if device is not None:
        return await limiter.take("sign-in-device", device, PER_DEVICE)
    network = client_network(connection)
    allowance = await limiter.take("sign-in", network, PER_NETWORK)
    await limiter.take("sign-in-email", f"{network} {email}", PER_ACCOUNT_AND_NETWORK)
    await limiter.take("sign-in-account", email, PER_ACCOUNT)
    return allowance


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
