"""The same key and body get the first answer again, byte for byte."""

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec

from backend.core.problems import MEDIA_TYPE, Problem
from i18n.translator import N_

KEY_MAX = 128
SECRET_FIELDS = {"staff_pin", "pin"}
"""Not part of what is asked for; and a hash over four digits would give them away."""


class IdempotencyKeyMissing(Problem):
    code, status = "idempotency_key_missing", 400
    title = N_("The Idempotency-Key header is missing")
    detail = N_("Send 1 to 128 printable characters: new for each transaction, the same when it is repeated.")


class IdempotencyKeyReused(Problem):
    code, status = "idempotency_key_reused", 422
    title = N_("This key was used for another transaction")
    detail = N_("Send a new Idempotency-Key.")


@dataclass(frozen=True, slots=True)
class Key:
    value: str
    fingerprint: str
    """SHA-256 of route and body, as hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as bytes, so that it can be kept and repeated as it was."""

    status: int
    body: bytes
    replayed: bool = False

    @property
    def media_type(self) -> str:
        return MEDIA_TYPE if self.status >= 400 else "application/json"  # noqa: PLR2004 - the first refusal

    @property
    def headers(self) -> dict[str, str]:
        return {"Idempotency-Replayed": "true"} if self.replayed else {}


def key_for(value: str | None, route: str, body: msgspec.Struct) -> Key:
    """Raises IdempotencyKeyMissing for none, an overlong or an unprintable one."""
    if not value or len(value) > KEY_MAX or not value.isprintable():
        raise IdempotencyKeyMissing
    meant = _without_secrets(msgspec.to_builtins(body))
    digest = hashlib.sha256(route.encode() + b"|" + msgspec.json.encode(meant, order="sorted"))
    return Key(value, digest.hexdigest())


def _without_secrets(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_secrets(value) if isinstance(value, dict) else value
        for name, value in fields.items()
        if name not in SECRET_FIELDS
    }
