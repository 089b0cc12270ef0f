"""Boxes that tablets seal for the server: X25519, HKDF-SHA256, AES-256-GCM. What lies in the queue of a stolen tablet
cannot be opened there, so no MAC in it tells whether a guessed PIN is right."""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.core.keys import KeyRing

VERSION = b"\x01"
KEY_BYTES, NONCE_BYTES, PUBLIC_KEY_BYTES, TAG_BYTES = 32, 12, 32, 16
PURPOSE, INFO = "offline box", b"orion box 1"


def encode(raw: bytes) -> str:
    """base64url without padding, as every binary value that tablets exchange."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def public_key(keys: KeyRing) -> bytes:
    """For which tablets seal from now on. Boxes for keys that are still in the ring can be opened."""
    return _private_keys(keys)[0].public_key().public_bytes_raw()


def context_of(device_id: str, grant_id: str, operation_id: str) -> bytes:
    """Authenticated with the box: it opens as this operation of this grant of this tablet only."""
    return "|".join((device_id, grant_id, operation_id)).encode()


def seal_box(server_key: bytes, content: bytes, context: bytes, ephemeral: X25519PrivateKey | None = None) -> str:
    """As a tablet does it. `ephemeral`: given for test vectors only."""
    ephemeral = ephemeral or X25519PrivateKey.generate()
    sender_key = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(server_key))
    key, nonce = _key_and_nonce(shared, sender_key, server_key)
    return encode(VERSION + sender_key + AESGCM(key).encrypt(nonce, content, context))


def find_opened(keys: KeyRing, box: str, context: bytes) -> bytes | None:
    """The content; None for a box that was not sealed for this server, or for another context."""
    raw = decode(box)
    if raw is None or len(raw) < 1 + PUBLIC_KEY_BYTES + TAG_BYTES or raw[:1] != VERSION:
        return None
    sender_key, sealed = raw[1 : 1 + PUBLIC_KEY_BYTES], raw[1 + PUBLIC_KEY_BYTES :]
    for private in _private_keys(keys):
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(sender_key))
            key, nonce = _key_and_nonce(shared, sender_key, private.public_key().public_bytes_raw())
            return AESGCM(key).decrypt(nonce, sealed, context)
        except (InvalidTag, ValueError):
            continue
    return None


def _private_keys(keys: KeyRing) -> list[X25519PrivateKey]:
    return [X25519PrivateKey.from_private_bytes(key) for key in keys.all(PURPOSE)]


def _key_and_nonce(shared: bytes, sender_key: bytes, server_key: bytes) -> tuple[bytes, bytes]:
    """The nonce may be derived: each box has a key of its own."""
    kdf = HKDF(SHA256(), KEY_BYTES + NONCE_BYTES, salt=sender_key + server_key, info=INFO)
    derived = kdf.derive(shared)
    return derived[:KEY_BYTES], derived[KEY_BYTES:]
