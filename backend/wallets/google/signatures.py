"""Verifies the signature of Google's callbacks, `ECv2SigningOnly`: root key → intermediate key → message.

Existing libraries count characters where Google counts bytes, or take the recipient from the message itself.
"""

import base64
import binascii
import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

PROTOCOL = "ECv2SigningOnly"
SENDER = "GooglePayPasses"

Form = TypeVar("Form", bound=msgspec.Struct)


class SignatureRefused(Exception):
    """The message is not from Google, not for us, or expired. The text has nothing that the sender does not know."""


class UnknownRoot(SignatureRefused):
    """No known root key has signed. Google may have a new one."""


class RootKey(msgspec.Struct, frozen=True, rename="camel"):
    key_value: str
    protocol_version: str
    key_expiration: str = ""
    """Milliseconds since 1970, as text."""


class _SignedKey(msgspec.Struct, frozen=True, rename="camel"):
    key_value: str
    key_expiration: str


class _IntermediateKey(msgspec.Struct, frozen=True, rename="camel"):
    signed_key: str
    signatures: list[str]


class _Envelope(msgspec.Struct, frozen=True, rename="camel"):
    protocol_version: str
    signature: str
    intermediate_signing_key: _IntermediateKey
    signed_message: str


class CallbackMessage(msgspec.Struct, frozen=True, rename="camel"):
    """What happened to a pass. Repeated messages have the same `nonce`."""

    class_id: str
    object_id: str
    exp_time_millis: int
    event_type: str
    """`save` or `del`."""
    nonce: str

    @property
    def expires_at(self) -> datetime:
        return _moment(self.exp_time_millis)


def verify(
    body: bytes, roots: Sequence[RootKey], *, recipient: str, now: datetime, sender: str = SENDER
) -> CallbackMessage:
    """`recipient` is our issuer id, not the one in the message. Raises SignatureRefused."""
    envelope = _decoded(body, _Envelope)
    if envelope.protocol_version != PROTOCOL:
        raise SignatureRefused("another protocol")
    key = _intermediate(envelope.intermediate_signing_key, roots, sender, now)
    signed = _lengths(sender, recipient, PROTOCOL, envelope.signed_message)
    if not _signs(key, [envelope.signature], signed):
        raise SignatureRefused("the message's signature")
    message = _decoded(envelope.signed_message.encode(), CallbackMessage)
    if message.expires_at <= now:
        raise SignatureRefused("the message has expired")
    return message


def _intermediate(intermediate: _IntermediateKey, roots: Iterable[RootKey], sender: str, now: datetime) -> str:
    """The key that signs messages, if a valid root key has signed it."""
    signed = _lengths(sender, PROTOCOL, intermediate.signed_key)
    usable = [root for root in roots if root.protocol_version == PROTOCOL and not _is_expired(root.key_expiration, now)]
    if not any(_signs(root.key_value, intermediate.signatures, signed) for root in usable):
        raise UnknownRoot("the intermediate key's signature")
    key = _decoded(intermediate.signed_key.encode(), _SignedKey)
    if _is_expired(key.key_expiration, now):
        raise SignatureRefused("the intermediate key has expired")
    return key.key_value


def _lengths(*texts: str) -> bytes:
    """Each text with its length in bytes before it, as four little-endian bytes."""
    encoded = [text.encode() for text in texts]
    return b"".join(struct.pack("<I", len(text)) + text for text in encoded)


def _signs(key: str, signatures: Iterable[str], signed: bytes) -> bool:
    public = _public_key(key)
    return any(_is_signature(public, signature, signed) for signature in signatures)


def _is_signature(public: EllipticCurvePublicKey, signature: str, signed: bytes) -> bool:
    try:
        public.verify(_base64(signature), signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _public_key(text: str) -> EllipticCurvePublicKey:
    try:
        key = load_der_public_key(_base64(text))
    except ValueError as error:
        raise SignatureRefused("a key that is none") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise SignatureRefused("a key of another kind")
    return key


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureRefused("no Base64") from error


def _is_expired(milliseconds: str, now: datetime) -> bool:
    """Root keys may have no expiration."""
    if not milliseconds:
        return False
    if not milliseconds.isdigit():
        raise SignatureRefused("no moment")
    return _moment(int(milliseconds)) <= now


def _moment(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureRefused("no moment") from error


def _decoded(raw: bytes, kind: type[Form]) -> Form:
    try:
        return msgspec.json.decode(raw, type=kind, strict=False)
    except msgspec.DecodeError as error:
        raise SignatureRefused("not in the form that Google sends") from error
