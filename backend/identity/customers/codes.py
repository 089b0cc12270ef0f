"""The six digits that a customer gets by email."""

import secrets
from datetime import timedelta
from uuid import UUID

from backend.core.keys import KeyRing

PURPOSE = "sign-in code"
DIGITS = 6
VALID_FOR = timedelta(minutes=10)
TRIES_MAX = 5
NO_CODE = bytes(32)
"""In place of the code that was not sent, so that comparing takes as long."""


def new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def code_mac(keys: KeyRing, sign_in_id: UUID, code: str) -> bytes:
    """What is stored of a code; without the key nobody can tell which digits it is of."""
    return keys.sign(PURPOSE, _message(sign_in_id, code))


def is_code(keys: KeyRing, sign_in_id: UUID, entered: str, mac: bytes | None) -> bool:
    digits = "".join(character for character in entered if not character.isspace() and character != "-")
    return keys.verify(PURPOSE, _message(sign_in_id, digits), mac or NO_CODE)


def _message(sign_in_id: UUID, code: str) -> bytes:
    return sign_in_id.bytes + code.encode()
