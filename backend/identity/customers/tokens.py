"""Tokens of sign-ins and sessions: they name their row, and end in a random part of which the hash is stored."""

import secrets
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from backend.core.capabilities import MAC_BYTES, decode_capability, encode_capability
from backend.core.ids import new_id


class NewToken(NamedTuple):
    text: str
    id: UUID
    """Of the row that the token names."""
    hash: bytes


class TokenClaim(NamedTuple):
    """What a token says; its hash proves it."""

    merchant_id: UUID
    id: UUID
    hash: bytes


def new_token(merchant_id: UUID) -> NewToken:
    row_id = new_id()
    text = encode_capability(merchant_id, row_id, secrets.token_bytes(MAC_BYTES))
    return NewToken(text, row_id, _hash(text))


def read_token(text: str) -> TokenClaim | None:
    """None for text that no token looks like."""
    claimed = decode_capability(text)
    return TokenClaim(claimed.merchant_id, claimed.subject_id, _hash(text)) if claimed else None


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()
