"""What a replay has booked, kept so that a later line can take it back."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

from backend.loyalty.ledger.rows import Booking, MergeRow, TransactionRow
from backend.loyalty.ledger.state import CardState, LotState, Taken, Target, TargetTransaction


@dataclass(slots=True)
class Rebooked:
    """A line booked anew, and what was taken back of it since."""

    row: TransactionRow
    points_per_euro: Fraction
    void_count: int = 0
    returned_cents: int = 0
    returned_quantity: int = 0
    reversed_points: int = 0
    given_back: int = 0

    def taken_back(self, void: TransactionRow) -> None:
        self.void_count += 1
        self.returned_cents += void.purchase_amount_cents or 0
        self.returned_quantity += void.quantity or 0
        self.reversed_points += void.reversed_points or 0
        self.given_back += abs(void.amount)


@dataclass(slots=True)
class Memory:
    """Of a card and those merged with it."""

    booked: dict[UUID, Rebooked] = field(default_factory=dict)
    """By the id of the line of the past."""
    merges: dict[UUID, MergeRow] = field(default_factory=dict)
    """Those in force, by the id of the merge of the past."""
    lots: dict[UUID, LotState] = field(default_factory=dict)
    _granted: dict[UUID, UUID] = field(default_factory=dict)
    """Lots by the transaction that granted them."""
    _taken: defaultdict[UUID, list[tuple[UUID, int]]] = field(default_factory=lambda: defaultdict(list))
    _expired: Counter[UUID] = field(default_factory=Counter)

    def keep(self, booking: Booking) -> None:
        for lot in booking.lots:
            self.lots[lot.id] = lot
            self._granted[lot.transaction_id] = lot.id
        expired = {row.id for row in booking.transactions if row.kind == "expired"}
        for part in booking.allocations:
            if part.transaction_id in expired:
                self._expired[part.lot_id] += part.amount
            elif self._granted.get(part.transaction_id) != part.lot_id:
                self._taken[part.transaction_id].append((part.lot_id, part.amount))

    def target(self, booked: Rebooked, state: CardState) -> Target:
        """As the statement `void_target` reads it."""
        row, granted = booked.row, self._granted.get(booked.row.id)
        return Target(
            transaction=_target_transaction(row),
            void_count=booked.void_count,
            returned_cents=booked.returned_cents,
            returned_quantity=booked.returned_quantity,
            reversed_points=booked.reversed_points,
            given_back=booked.given_back,
            reward=None,
            points_numerator=booked.points_per_euro.numerator,
            points_denominator=booked.points_per_euro.denominator,
            granted_id=self._by_now(granted, state),
            granted_expired=self._expired_of(granted),
            taken=[Taken(amount, self.lots[lot_id]) for lot_id, amount in self._taken[row.id]],
        )

    def _by_now(self, granted: UUID | None, state: CardState) -> UUID | None:
        """After a merge a sale's points are in the lot that was made of its own."""
        mine = (lot.id for lot in state.lots if granted is not None and granted in {lot.id, lot.from_lot_id})
        return next(mine, granted)

    def _expired_of(self, granted: UUID | None) -> int:
        if granted is None:
            return 0
        made = [lot.id for lot in self.lots.values() if lot.from_lot_id == granted]
        return sum(self._expired[lot_id] for lot_id in (granted, *made))


def _target_transaction(row: TransactionRow) -> TargetTransaction:
    return TargetTransaction(
        id=row.id,
        card_id=row.card_id,
        kind=row.kind,
        unit=row.unit,
        amount=row.amount,
        store_id=row.store_id,
        user_id=row.user_id,
        terms_version=row.terms_version,
        purchase_amount_cents=row.purchase_amount_cents,
        quantity=row.quantity,
        reward_id=row.reward_id,
        recorded_at=row.recorded_at,
    )
