"""Secrets of API keys: `ok_live_` or `ok_test_`, then 64 letters of random bytes and the merchant's id.

The merchant is part of it so that the key is looked up among that merchant's only.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

LIVE, TEST = "ok_live_", "ok_test_"
RANDOM_BYTES, ID_BYTES = 32, 16
LETTERS = (RANDOM_BYTES + ID_BYTES) * 4 // 3
SHOWN = 6
"""Random letters that are shown: 36 of the 256 bits."""


class NewSecret(NamedTuple):
    text: str
    prefix: str
    """By which people recognize it."""
    hash: bytes


class SecretClaim(NamedTuple):
    """What a secret says; its hash proves it."""

    merchant_id: UUID
    hash: bytes


def new_secret(merchant_id: UUID, mode: str) -> NewSecret:
    start = TEST if mode == "test" else LIVE
    text = start + urlsafe_b64encode(secrets.token_bytes(RANDOM_BYTES) + merchant_id.bytes).decode()
    return NewSecret(text, text[: len(start) + SHOWN], _hash(text))


def read_secret(text: str) -> SecretClaim | None:
    """None for text that no secret looks like."""
    letters = text.removeprefix(LIVE).removeprefix(TEST)
    if len(letters) != LETTERS or not text.isascii():
        return None
    try:
        data = urlsafe_b64decode(letters)
    except Error:
        return None
    return SecretClaim(UUID(bytes=data[RANDOM_BYTES:]), _hash(text)) if len(data) == RANDOM_BYTES + ID_BYTES else None


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()
