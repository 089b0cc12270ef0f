from uuid import UUID

from backend.core.enums import StaffPinPolicyName
from backend.core.schemas import Answer


class StoreRef(Answer):
    """A store, as other objects name it."""

    id: UUID
    """Id of the store."""
    code: str
    """Code of the store, to be sent as `X-Store-Code`. It never changes."""
    name: str
    """Name of the store."""


class PolicyView(Answer):
    """Rules of the merchant that concern the till."""

    staff_pin_policy: StaffPinPolicyName
    """`required`: bookings need a PIN. `optional`: a PIN may be sent. `disabled`: there are no PINs."""
    allow_void_transactions: bool
    """True: transactions can be voided and returned."""
    allow_cross_location_redemption: bool
    """True: a card works at all stores of the merchant. False: where it was enrolled only."""
    require_order_reference: bool
    """True: a sale needs an order reference."""
    allow_self_enrollment: bool
    """True: customers can join by themselves, from the poster."""
    lock_after_minutes: int
    """Minutes after which an unused till locks. 0: never."""
