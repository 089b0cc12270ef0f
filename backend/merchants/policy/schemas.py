from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from backend.core.schemas import Answer, Body

StaffPinPolicy = Literal["required", "optional", "disabled"]
LockAfterMinutes = Annotated[int, Meta(ge=0, le=240, description="Minutes after which an unused till locks. 0: never.")]


class PolicyBody(Body):
    """All rules of the merchant for tills."""

    staff_pin_policy: StaffPinPolicy
    """`required`: bookings need a PIN. `optional`: a PIN may be sent. `disabled`: there are no PINs."""
    lockout_attempts: Annotated[int, Meta(ge=1, le=20)]
    """Wrong attempts after which a PIN is locked."""
    lockout_minutes: Annotated[int, Meta(ge=1, le=1440)]
    """How long a PIN stays locked, in minutes."""
    lock_after_minutes: LockAfterMinutes
    allow_self_enrollment: bool
    """True: customers can join by themselves, from the poster."""
    allow_void_transactions: bool
    """True: transactions can be voided and returned."""
    allow_cross_location_redemption: bool
    """True: a card works at all stores of the merchant. False: where it was enrolled only."""
    require_order_reference: bool
    """True: a sale needs an order reference."""
    log_ip_addresses: bool
    """True: transactions keep the IP address and the browser they came from."""


class OwnPolicyChange(Body):
    """The rule that the merchant sets by itself."""

    lock_after_minutes: LockAfterMinutes


class PolicyDetail(Answer):
    """All rules of the merchant for tills. The `ETag` is the version in quotes."""

    staff_pin_policy: StaffPinPolicy
    """`required`: bookings need a PIN. `optional`: a PIN may be sent. `disabled`: there are no PINs."""
    lockout_attempts: int
    """Wrong attempts after which a PIN is locked."""
    lockout_minutes: int
    """How long a PIN stays locked, in minutes."""
    lock_after_minutes: int
    """Minutes after which an unused till locks. 0: never."""
    allow_self_enrollment: bool
    """True: customers can join by themselves, from the poster."""
    allow_void_transactions: bool
    """True: transactions can be voided and returned."""
    allow_cross_location_redemption: bool
    """True: a card works at all stores of the merchant. False: where it was enrolled only."""
    require_order_reference: bool
    """True: a sale needs an order reference."""
    log_ip_addresses: bool
    """True: transactions keep the IP address and the browser they came from."""
    version: int
    """Version of the row: send it in quotes as `If-Match` to change it."""
    changed_at: datetime
    """When the rules last changed (UTC)."""
    changed_by: str | None
    """Name of the person who changed them. Null: as the merchant was opened."""
