"""Opens what a batch has sealed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from backend.core.keys import KeyRing
from backend.loyalty.offline.items import ItemEnvelope
from backend.staff_pins.grants.blob import MAC_BYTES
from backend.staff_pins.grants.sealed_box import context_of, find_opened


@dataclass(frozen=True, slots=True)
class OpenedOperation:
    envelope: ItemEnvelope
    content: dict[str, Any]
    """Of the operation; what was sent where the box does not open."""
    text: bytes = b""
    """The bytes that the MAC is over."""
    mac: bytes | None = None
    is_readable: bool = True
    size: int = 0
    """Of what was sent, in bytes of JSON."""


def open_operation(keys: KeyRing, device_id: UUID, envelope: ItemEnvelope, sent: dict[str, Any]) -> OpenedOperation:
    """An operation that is not sealed has no MAC. X25519 takes a fifth of a millisecond: not for the event loop."""
    size = len(msgspec.json.encode(sent))
    if envelope.sealed is None:
        return OpenedOperation(envelope, sent, size=size)
    context = context_of(str(device_id), str(envelope.grant_id), envelope.id)
    raw = find_opened(keys, envelope.sealed, context)
    content = _object(raw[MAC_BYTES:]) if raw is not None else None
    if raw is None or content is None:
        return OpenedOperation(envelope, sent, is_readable=False, size=size)
    return OpenedOperation(envelope, content, raw[MAC_BYTES:], raw[:MAC_BYTES], size=size)


def _object(text: bytes) -> dict[str, Any] | None:
    """None for what is no JSON object."""
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
