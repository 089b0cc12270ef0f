"""Tokens that grant access to one row of one merchant: its ids and a keyed proof, in one piece of text."""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

MAC_BYTES = 16
UUID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Capability:
    merchant_id: UUID
    subject_id: UUID
    mac: bytes
    """Proves that the token was made with our key; 16 bytes of it."""


def encode_capability(merchant_id: UUID, subject_id: UUID, mac: bytes) -> str:
    """Safe in a URL; 64 letters."""
    return base64.urlsafe_b64encode(merchant_id.bytes + subject_id.bytes + mac[:MAC_BYTES]).decode()


def decode_capability(token: str) -> Capability | None:
    """What the token claims; None for text that no token looks like. The caller must verify the proof."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 2 * UUID_BYTES + MAC_BYTES:
        return None
    return Capability(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), raw[32:])
