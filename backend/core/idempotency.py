"""Idempotency keys: a repeated request gets the stored response again, byte for byte."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import quote
from uuid import UUID

import msgspec

from backend.core.keys import KeyRing
from backend.core.problems import MEDIA_TYPE, DoneOrNot, Problem
from i18n.translator import N_

KEY_MAX = 128
NOTHING_BOOKED, FIRST_REFUSAL = 200, 400
ANONYMOUS = "anonymous key"
SECRET_FIELDS = {"staff_pin", "pin"}
"""Not part of the fingerprint: a hash that includes four digits would reveal them."""
REMARKS = {"occurred_at", "notes", "reason"}
"""Not part of the fingerprint: a till that repeats a booking may add the time or change its reason."""


class IdempotencyKeyMissing(Problem):
    code, status = "idempotency_key_missing", 400
    title = N_("The Idempotency-Key header is missing")
    detail = N_("Send 1 to 128 printable characters: new for each transaction, the same when it is repeated.")


class IdempotencyKeyReused(Problem):
    code, status = "idempotency_key_reused", 422
    title = N_("This key was used for another transaction")
    detail = N_("That transaction stands, and nothing was recorded now. GET %(ask_at)s says what became of it.")
    state: str
    """What became of the first request with the key: `booked`, `refused` or `not_booked`."""
    transaction_id: UUID | None
    """What the first request booked."""
    ask_at: str
    """The address that tells the outcome of that request."""

    def __init__(self, key: str, state: str, transaction_id: UUID | None) -> None:
        """`state`: outcome of the first request, see `state_of`. `transaction_id`: what it booked; None for none."""
        super().__init__(state=state, transaction_id=transaction_id, ask_at=ask_at(key))


class NothingUnderThisKey(IdempotencyKeyReused):
    """The first request was refused, or it booked nothing."""

    title = N_("This key was used for another request")
    detail = N_("Nothing was recorded, neither for that request nor now. GET %(ask_at)s says what became of it.")


class BookedOrNot(DoneOrNot):
    """The request had a key."""

    detail = N_(
        "It is not known whether it was recorded. Send the same request again with the same key: it is only recorded "
        "once. GET %(ask_at)s says what became of it."
    )
    ask_at: str
    """The address that tells the outcome of that request."""

    def __init__(self, key: str) -> None:
        super().__init__(ask_at=ask_at(key))


@dataclass(frozen=True, slots=True)
class Key:
    value: str
    fingerprint: str
    """SHA-256 of route and body, in hexadecimal."""

    def of_anonymous(self, keys: KeyRing) -> Self:
        """The key as stored for an anonymous request: signed, because there the key alone returns the response."""
        return replace(self, value=keys.sign(ANONYMOUS, self.value.encode()).hex())


@dataclass(frozen=True, slots=True)
class Reply:
    """A response as bytes, so that it can be stored and repeated unchanged."""

    status: int
    body: bytes
    replayed: bool = False

    @classmethod
    def of(cls, status: int, body: msgspec.Struct) -> Self:
        return cls(status, msgspec.json.encode(body))

    @property
    def media_type(self) -> str:
        return MEDIA_TYPE if self.status >= FIRST_REFUSAL else "application/json"

    @property
    def headers(self) -> dict[str, str]:
        return {"Idempotency-Replayed": "true"} if self.replayed else {}


def state_of(status: int | None) -> str:
    """The outcome of a request with this stored status: booked, refused or not_booked."""
    if status is None or status == NOTHING_BOOKED:
        return "not_booked"
    return "refused" if status >= FIRST_REFUSAL else "booked"


def ask_at(key: str) -> str:
    """The API's path that reports the outcome of the request with this key."""
    return f"/api/v1/idempotency/{quote(key, safe='')}"


def key_for(value: str | None, route: str, body: msgspec.Struct) -> Key:
    """Raises IdempotencyKeyMissing when the key is absent, longer than KEY_MAX or not printable."""
    if not value or len(value) > KEY_MAX or not value.isprintable():
        raise IdempotencyKeyMissing
    content = _normalized(msgspec.to_builtins(body, builtin_types=(datetime,)))
    digest = hashlib.sha256(route.encode() + b"|" + msgspec.json.encode(content, order="sorted"))
    return Key(value, digest.hexdigest())


def _normalized(value: Any) -> Any:
    """Equal for equivalent bodies: times in another zone, ids in another order, other remarks."""
    if isinstance(value, dict):
        left_out = SECRET_FIELDS | REMARKS
        return {name: _normalized(field) for name, field in value.items() if name not in left_out}
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return sorted(set(value))
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return value
