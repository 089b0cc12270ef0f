"""What a policy asks for, and how a PIN is made ready for hashing."""

import hashlib
import hmac
from uuid import UUID

from backend.core.keys import KeyRing


def must_verify(policy: str, *, given: bool, needed: bool) -> bool:
    """Whether a PIN must be verified: `required` always, `optional` when one is given, `disabled` never."""
    return (policy == "required" and needed) or (policy != "disabled" and given)


def peppered(keys: KeyRing, merchant_id: UUID, user_id: UUID, pin: str) -> list[bytes]:
    """What is hashed, newest pepper first. The pepper lives outside the database: a stolen table is not enough."""
    message = merchant_id.bytes + user_id.bytes + pin.encode()
    return [_mac(pepper, message) for pepper in keys.all("staff pin")]


def _mac(pepper: bytes, message: bytes) -> bytes:
    return hmac.new(pepper, message, hashlib.sha256).digest()
