"""What a tablet is given so that its people can book offline, and the rules that decide it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.staff_pins.schemas import Pin

OpName = Literal["points", "stamp", "enroll", "void", "redeem"]
GrantHours = Annotated[int, Meta(ge=1, le=12, examples=[12])]
MaxOperations = Annotated[int, Meta(ge=1, le=200, examples=[200])]
MaxPoints = Annotated[int, Meta(ge=0, le=100_000, examples=[5000])]
WindowHours = Annotated[int, Meta(ge=1, le=72, examples=[72])]
AllowancePoints = Annotated[int, Meta(ge=0, le=100_000, examples=[500])]
AllowanceStamps = Annotated[int, Meta(ge=0, le=500, examples=[50])]
AllowanceHours = Annotated[int, Meta(ge=1, le=12, examples=[4])]


class PinCheck(Body):
    """A PIN to be checked."""

    staff_pin: Pin
    """The PIN."""
    user_id: UUID | None = None
    """Id of the person who entered it on a tablet. Null: the person who is signed in."""


class GrantRequest(Body):
    """Where the merchant's policy asks for no PIN."""

    user_id: UUID
    """Id of the person who will book, from `staff` of the bootstrap."""


class GrantView(Answer):
    """What a person may book on a tablet without a network. Binary values are base64url without padding."""

    id: UUID
    """Id of the grant, to be named with its operations."""
    user_id: UUID
    """Id of the person who may book."""
    issued_at: datetime
    """When it was given (UTC)."""
    expires_at: datetime
    """From then on nothing may be booked with it (UTC)."""
    operations: list[OpName]
    """What may be done."""
    max_operations: int
    """How many operations it is good for."""
    max_points: int
    """How many points its sales may give together."""
    server_key: Annotated[str, Meta(examples=["Z13VdO13iTELPS52gfN5C0ZsdzsVIf7PNld5WDcepS8"])]
    """Public X25519 key of 32 bytes, for which its operations are sealed."""
    blob: Annotated[str, Meta(examples=["n5lDjf1zh0aRjOyW5THRcbj9pel4lL_70vtAlC_37N4"])] | None = None
    """The grant's secret, wrapped. Null for a grant without a PIN."""
    salt: Annotated[str, Meta(examples=["AAECAwQFBgcICQoLDA0ODw"])] | None = None
    """Salt of argon2id, 16 bytes. Null for a grant without a PIN."""
    device_secret: Annotated[str, Meta(examples=["ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8"])] | None = None
    """Keep it apart from the queue, encrypted with a key of the Android Keystore: the server does not. Null for a grant
    without a PIN."""
    check_bits: Annotated[int, Meta(examples=[4])] = 0
    """Number of bits in `check`. 0 for a grant without a PIN."""
    check: Annotated[int, Meta(examples=[11])] | None = None
    """First bits of a hash of the secret: they show most mistyped PINs. Null for a grant without a PIN."""


class PinCheckView(Answer):
    """What a tablet gets for a right PIN."""

    grant: GrantView
    """What the person may now book without a network."""
    tries_left: int
    """Wrong attempts in a row that would lock the PIN."""


class OfflineRuleEntry(Body):
    """What a tablet may do offline."""

    device_id: UUID | None
    """Id of the tablet. Null: every tablet without rules of its own."""
    operations: Annotated[list[OpName], Meta(max_length=5)]
    """What it may do. Empty: nothing. `redeem` only from an allowance."""
    grant_hours: GrantHours = 12
    """Hours for which a PIN, checked online, is good offline."""
    max_operations: MaxOperations = 200
    """How many operations each grant is good for."""
    max_points: MaxPoints = 5000
    """How many points the sales of each grant may give together."""
    window_hours: WindowHours = 72
    """Hours after which an operation that arrives waits for a person."""
    max_allowance_points: AllowancePoints = 500
    """How many points of a card may be held for the tablet."""
    max_allowance_stamps: AllowanceStamps = 50
    """How many stamps of a card may be held for the tablet."""
    allowance_hours: AllowanceHours = 4
    """Hours for which they are held at most."""


class OfflineRuleList(Body):
    """What the merchant's tablets shall be allowed offline."""

    rules: Annotated[list[OfflineRuleEntry], Meta(max_length=500)]
    """All rules: those that are not among them are deleted."""


class OfflineRulesView(Answer):
    """What the merchant's tablets may do offline."""

    rules: list[OfflineRuleEntry]
    """The first is for every tablet without rules of its own."""
