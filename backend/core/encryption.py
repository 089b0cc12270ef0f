"""Encryption of stored secrets: AES-256-GCM with a rotatable key, bound to the row that holds the secret."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.core.keys import KeyRing

NONCE_BYTES = 12
PURPOSE = "sealing"


class SealBroken(Exception):
    """The text was sealed for another place, or with a key that is no longer in the ring."""


def seal(keys: KeyRing, secret: str, place: str) -> str:
    """`place` names table, column and row. It is authenticated: a sealed text copied to another row does not unseal."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(keys.newest(PURPOSE)).encrypt(nonce, secret.encode(), place.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(keys: KeyRing, sealed: str, place: str) -> str:
    """Tries every key of the ring. Raises SealBroken."""
    for key in keys.all(PURPOSE):
        secret = _opened(key, sealed, place)
        if secret is not None:
            return secret
    raise SealBroken(place)


def find_resealed(keys: KeyRing, sealed: str, place: str) -> str | None:
    """Sealed with the newest key; None when it is already. Raises SealBroken."""
    if _opened(keys.newest(PURPOSE), sealed, place) is not None:
        return None
    return seal(keys, unseal(keys, sealed, place), place)


def _opened(key: bytes, sealed: str, place: str) -> str | None:
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
    except (InvalidTag, ValueError):
        return None
