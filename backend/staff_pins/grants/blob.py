"""A grant's secret, wrapped under a PIN so that every PIN unwraps something: nothing shows which result is right.

No verifier leaves the server. Whether a PIN was right, only the server finds out, from the MAC that the secret makes.
"""

import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES, SALT_BYTES, MAC_BYTES = 32, 16, 32
CHECK_BITS = 4
"""Of 16 wrong PINs 15 are noticed on the tablet; a thief who tries them all keeps a sixteenth as candidates."""
WRAPPING, CHECKING = b"orion grant 1", b"orion grant check 1"


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def wrap(secret: bytes, stretched_pin: bytes, device_secret: bytes) -> bytes:
    """The blob; with the blob in place of the secret, the secret again.

    `stretched_pin`: argon2id of the PIN, see `core.hashing.stretch`.
    """
    pad = HKDF(SHA256(), SECRET_BYTES, salt=None, info=WRAPPING).derive(stretched_pin + device_secret)
    return bytes(left ^ right for left, right in zip(secret, pad, strict=True))


unwrap = wrap


def check_of(secret: bytes) -> int:
    """The first CHECK_BITS of a hash, from 0 to 15."""
    return hashlib.sha256(CHECKING + secret).digest()[0] >> (8 - CHECK_BITS)


def mac_of(secret: bytes, operation: bytes) -> bytes:
    """`operation`: the bytes of its JSON as they are sealed."""
    return hmac.new(secret, operation, hashlib.sha256).digest()


def is_mac_of(secret: bytes, operation: bytes, mac: bytes) -> bool:
    return hmac.compare_digest(mac_of(secret, operation), mac)
