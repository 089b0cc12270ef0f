"""What a tablet is given so that its people can book offline, and the rules that decide it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.staff_pins.schemas import Pin

OpName = Literal["points", "stamp", "enroll", "void"]
GrantHours = Annotated[int, Meta(ge=1, le=12, examples=[12])]
MaxOperations = Annotated[int, Meta(ge=1, le=200, examples=[200])]
MaxPoints = Annotated[int, Meta(ge=0, le=100_000, examples=[5000])]
WindowHours = Annotated[int, Meta(ge=1, le=72, examples=[72])]


class PinCheck(Body):
    """A person who has signed in sends the PIN only; a tablet names the person who enters it."""

    staff_pin: Pin
    user_id: UUID | None = None


class GrantRequest(Body):
    """Where the merchant's policy asks for no PIN."""

    user_id: UUID


class GrantView(Answer):
    """Binary values are base64url without padding."""

    id: UUID
    user_id: UUID
    issued_at: datetime
    expires_at: datetime
    operations: list[OpName]
    max_operations: int
    max_points: int
    """What its sales give together."""
    server_key: str
    """X25519, 32 bytes: operations under this grant are sealed for it."""
    blob: str | None = None
    """The grant's secret, wrapped; None for a grant without a PIN."""
    salt: str | None = None
    """Of argon2id, 16 bytes."""
    device_secret: str | None = None
    """To be kept apart from the queue, encrypted with a key of the Android Keystore. The server does not keep it."""
    check_bits: int = 0
    check: int | None = None
    """The first bits of a hash of the secret: most mistyped PINs are noticed on the tablet."""


class PinCheckView(Answer):
    grant: GrantView
    tries_left: int
    """Wrong attempts in a row that would lock the PIN."""


class OfflineRuleEntry(Body):
    """`device_id`: of this tablet; null: of every tablet without rules of its own."""

    device_id: UUID | None
    operations: Annotated[list[OpName], Meta(max_length=4)]
    grant_hours: GrantHours = 12
    """How long a PIN, checked online, is good for offline."""
    max_operations: MaxOperations = 200
    """For each grant."""
    max_points: MaxPoints = 5000
    """For each grant: what its sales give together."""
    window_hours: WindowHours = 72
    """An operation that arrives later waits for a person."""


class OfflineRuleList(Body):
    rules: Annotated[list[OfflineRuleEntry], Meta(max_length=500)]


class OfflineRulesView(Answer):
    rules: list[OfflineRuleEntry]
    """The first is for every tablet without rules of its own."""
