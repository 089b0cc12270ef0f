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
    raw = base64.b64decode(sealed)
    for key in keys.all(PURPOSE):
        try:
            return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
        except InvalidTag:
            continue
    raise SealBroken(place)
