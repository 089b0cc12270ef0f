"""Transactions to take back, with what they granted and took, and what was taken back of them before."""

from datetime import datetime
from fractions import Fraction
from uuid import UUID

import msgspec

from backend.loyalty.ledger.booking.card import CustomerState, LotState


class TargetTransaction(msgspec.Struct, frozen=True):
    merchant_id: UUID
    id: UUID
    card_id: UUID
    kind: str
    unit: str
    amount: int
    store_id: UUID | None
    sign_in_id: UUID | None
    terms_version: int
    purchase_amount_cents: int | None
    order_reference: str | None
    quantity: int | None
    reversed_points: int | None
    reward_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    user_id: UUID | None = None
    device_id: UUID | None = None


class Returned(msgspec.Struct, frozen=True):
    """What a return has taken back, with the rate of its terms."""

    transaction: TargetTransaction
    points_numerator: int
    points_denominator: int
    is_void: bool = False
    """Nothing of it stands: it counts toward no limit."""

    @property
    def points_per_euro(self) -> Fraction:
        return Fraction(self.points_numerator, self.points_denominator)


class LotPart(msgspec.Struct, frozen=True):
    amount: int
    lot: LotState


class Target(msgspec.Struct, frozen=True):
    """A transaction to take back, with what it granted and took, and what was taken back of it before."""

    transaction: TargetTransaction
    void_count: int
    returned_cents: int
    returned_quantity: int
    reversed_points: int
    """Of the sale's own points, settled by earlier returns."""
    given_back: int
    """Points or stamps earlier returns gave back or took."""
    reward: dict[str, str] | None
    reward_stock: int | None
    store: str | None
    """Code of the store that booked it."""
    points_numerator: int
    points_denominator: int
    returned: Returned | None
    """Of a return: what it took back."""
    granted_ids: list[UUID]
    """The lots it granted, or gave something back to, and all that has come of them, on all cards."""
    granted_expired: int
    """How much of what it granted expired unused, and was neither restored since nor found so by an earlier return."""
    taken: list[LotPart]
    """Below zero for what it gave back."""
    reward_limit: int | None = None
    """Pieces for each person, also of a reward that is not offered any more."""

    @property
    def points_per_euro(self) -> Fraction:
        """Of the terms the sale was booked under."""
        return Fraction(self.points_numerator, self.points_denominator)

    @property
    def left_cents(self) -> int:
        """Of the sale, not returned yet."""
        return (self.transaction.purchase_amount_cents or 0) - self.returned_cents

    @property
    def left_quantity(self) -> int:
        """Of the pieces handed over, not returned yet."""
        return (self.transaction.quantity or 0) - self.returned_quantity

    @property
    def is_void(self) -> bool:
        """Nothing is left to take back."""
        return self.void_count > 0 and self.left_cents <= 0 and self.left_quantity <= 0


class TargetCard(msgspec.Struct, frozen=True):
    """A card some of an order was booked on."""

    id: UUID
    code: str
    scope_store_id: UUID | None
    customer: CustomerState | None
