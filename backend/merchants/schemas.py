from uuid import UUID

from backend.core.schemas import Answer


class StoreRef(Answer):
    id: UUID
    code: str
    name: str


class PolicyView(Answer):
    """The parts of the merchant's policy that concern the till."""

    staff_pin_policy: str
    """required | optional | disabled"""
    allow_void_transactions: bool
    allow_cross_location_redemption: bool
    require_order_reference: bool
    allow_self_enrollment: bool
    lock_after_minutes: int
    """How long a till stays open unused. 0: always."""
