from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from backend.core.schemas import Answer, Body

StaffPinPolicy = Literal["required", "optional", "disabled"]
LockAfterMinutes = Annotated[int, Meta(ge=0, le=240)]
"""How long a till stays open unused. 0: always."""


class PolicyBody(Body):
    """The merchant's rules for tills, all of them."""

    staff_pin_policy: StaffPinPolicy
    lockout_attempts: Annotated[int, Meta(ge=1, le=20)]
    """Wrong PINs after which a PIN is locked."""
    lockout_minutes: Annotated[int, Meta(ge=1, le=1440)]
    lock_after_minutes: LockAfterMinutes
    allow_self_enrollment: bool
    """Customers join by themselves, from the poster."""
    allow_void_transactions: bool
    allow_cross_location_redemption: bool
    """A card works at all stores of the merchant; otherwise where it was enrolled."""
    require_order_reference: bool
    """A sale names the number of its receipt."""
    log_ip_addresses: bool
    """Transactions keep the address and the browser they came from."""


class OwnPolicyChange(Body):
    """What the merchant sets."""

    lock_after_minutes: LockAfterMinutes


class PolicyDetail(Answer):
    staff_pin_policy: StaffPinPolicy
    lockout_attempts: int
    lockout_minutes: int
    lock_after_minutes: int
    allow_self_enrollment: bool
    allow_void_transactions: bool
    allow_cross_location_redemption: bool
    require_order_reference: bool
    log_ip_addresses: bool
    version: int
    changed_at: datetime
    changed_by: str | None
    """Null: as the merchant was opened."""
