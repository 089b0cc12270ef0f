"""Opens what a batch has sealed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from backend.core.keys import KeyRing
from backend.loyalty.offline.intake_limits import DEPTH_MAX, OPERATION_BYTES_MAX
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
    is_oversized: bool = False
    """Longer or deeper than anything the app writes: it is not kept."""


def open_operation(keys: KeyRing, device_id: UUID, envelope: ItemEnvelope, sent: dict[str, Any]) -> OpenedOperation:
    """An operation that is not sealed has no MAC. X25519 takes a fifth of a millisecond: not for the event loop."""
    if _is_oversized(sent):
        return OpenedOperation(envelope, {}, is_oversized=True)
    if envelope.sealed is None:
        return OpenedOperation(envelope, sent)
    context = context_of(str(device_id), str(envelope.grant_id), envelope.id)
    raw = find_opened(keys, envelope.sealed, context)
    content = _object(raw[MAC_BYTES:]) if raw is not None else None
    if raw is None or content is None:
        return OpenedOperation(envelope, sent, is_readable=False)
    if _is_oversized(content):
        return OpenedOperation(envelope, {}, is_oversized=True)
    return OpenedOperation(envelope, content, raw[MAC_BYTES:], raw[:MAC_BYTES])


def _is_oversized(content: dict[str, Any]) -> bool:
    """The depth first: what is read here may be too deep to be written where more calls are open."""
    level: list[Any] = [content]
    for _ in range(DEPTH_MAX):
        inner = [part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)]
        level = [value for values in inner for value in values]
    return bool(level) or len(msgspec.json.encode(content)) > OPERATION_BYTES_MAX


def _object(text: bytes) -> dict[str, Any] | None:
    """None for what is no JSON object."""
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
