"""SendGrid's events: signed reports of what became of a mail."""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from backend.messaging.history import MailOutcome
from backend.messaging.providers.replies import kept_reply
from backend.messaging.reports import DeliveryReport

TOLERANCE = timedelta(minutes=10)
"""Between SendGrid's signature and our clock. Older requests are refused: somebody repeats them."""
MEANINGS: dict[str, tuple[str, MailOutcome, str | None]] = {
    "delivered": ("delivered", "delivered", None),
    "bounce": ("bounced", "bounced", "bounced"),
    "bounce:blocked": ("failed", "bounced", "blocked"),
    "dropped": ("failed", "dropped", "dropped"),
    "spamreport": ("complained", "complained", "complained"),
}
"""Status, outcome and code of an event."""


class NotSigned(Exception):
    """The text is for the log."""


class _SendgridEvent(msgspec.Struct):
    event: str = ""
    timestamp: int = 0
    mail_id: str = ""
    """Our own argument, which SendGrid sends back."""
    type: str = ""
    """Of a bounce: `bounce` or `blocked`."""
    reason: str = ""


def verify(public_key: str, signature: str, timestamp: str, body: bytes, now: datetime) -> None:
    """Raises NotSigned. SendGrid signs timestamp and body with ECDSA over SHA-256."""
    try:
        key = load_der_public_key(base64.b64decode(public_key, validate=True))
        signed_at = datetime.fromtimestamp(int(timestamp), UTC)
        raw_signature = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError, OverflowError, OSError) as error:
        raise NotSigned("unreadable key, signature or timestamp") from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise NotSigned("the public key is not one of SendGrid's")
    if abs(now - signed_at) > TOLERANCE:
        raise NotSigned("too old, or our clock is wrong")
    try:
        key.verify(raw_signature, timestamp.encode() + body, ECDSA(SHA256()))
    except InvalidSignature as error:
        raise NotSigned("wrong signature") from error


def read_events(body: bytes) -> Iterator[tuple[UUID, DeliveryReport]]:
    """Reports of our mails; all other events are left out. Raises NotSigned for what is no list."""
    try:
        events = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise NotSigned("not the JSON that SendGrid sends") from error
    for raw in events:
        try:
            event = msgspec.json.decode(raw, type=_SendgridEvent)
            mail_id, at = UUID(event.mail_id), datetime.fromtimestamp(event.timestamp, UTC)
        except (msgspec.DecodeError, ValueError, OverflowError, OSError, RecursionError):
            continue
        kind = f"{event.event}:{event.type}" if event.type == "blocked" else event.event
        if kind in MEANINGS:
            status, outcome, code = MEANINGS[kind]
            yield mail_id, DeliveryReport(status, outcome, code, at, kept_reply(event.reason) or None)
