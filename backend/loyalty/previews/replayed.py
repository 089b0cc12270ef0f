"""What a replay has booked, kept so that a later line can take it back."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

from backend.loyalty.ledger.booking.rows import Booking, MergeRow, TransactionRow
from backend.loyalty.ledger.booking.target import LotPart, Returned, Target, TargetTransaction
from backend.loyalty.ledger.operations.restore import Restorable
from backend.loyalty.previews.lot_lineage import LotLineage


@dataclass(slots=True)
class ReplayedTransaction:
    """A line booked anew, and what was taken back of it since."""

    row: TransactionRow
    points_per_euro: Fraction
    void_count: int = 0
    returned_cents: int = 0
    returned_quantity: int = 0
    reversed_points: int = 0
    given_back: int = 0
    found_expired: int = 0
    """Of the points settled by returns: what these have found expired."""
    returned: "ReplayedTransaction | None" = None
    """Of a return: what it took back."""
    return_policy: str = ""
    """Of a return: that of the terms it was booked under."""

    def taken_back(self, void: TransactionRow, return_policy: str) -> None:
        """Terms that forgive do not tell what was forgiven from what had expired: there it counts as forgiven."""
        self.void_count += 1
        self.returned_cents += void.purchase_amount_cents or 0
        self.returned_quantity += void.quantity or 0
        self.reversed_points += void.reversed_points or 0
        self.given_back += abs(void.amount)
        if return_policy == "debt" and void.reversed_points is not None:
            self.found_expired += void.reversed_points + void.amount

    def stands_again(self, voided: "ReplayedTransaction") -> None:
        """A return of it was undone: it counts nowhere any more."""
        void = voided.row
        self.void_count -= 1
        self.returned_cents -= void.purchase_amount_cents or 0
        self.returned_quantity -= void.quantity or 0
        self.reversed_points -= void.reversed_points or 0
        self.given_back -= abs(void.amount)
        if voided.return_policy == "debt" and void.reversed_points is not None:
            self.found_expired -= void.reversed_points + void.amount

    @property
    def settled(self) -> int:
        """Of its points: what returns took without finding it."""
        return self.reversed_points - self.given_back if self.row.kind == "earned" else 0


@dataclass(slots=True)
class Memory:
    """Of a card and those merged with it."""

    booked: dict[UUID, ReplayedTransaction] = field(default_factory=dict)
    """By the id of the line of the past."""
    merges: dict[UUID, MergeRow] = field(default_factory=dict)
    """Those in force, by the id of the merge of the past."""
    lots: LotLineage = field(default_factory=LotLineage)
    _taken: defaultdict[UUID, list[tuple[UUID, int]]] = field(default_factory=lambda: defaultdict(list))

    def keep(self, booking: Booking) -> None:
        self.lots.keep(booking)
        for part in booking.allocations:
            if self.lots.by_id[part.lot_id].transaction_id != part.transaction_id:
                self._taken[part.transaction_id].append((part.lot_id, part.amount))

    def target(self, booked: ReplayedTransaction) -> Target:
        """As the statement `void_target` reads it."""
        row = booked.row
        parts = [LotPart(amount, self.lots.by_id[lot_id]) for lot_id, amount in self._taken[row.id]]
        refilled = [lot for part in parts if part.amount < 0 for lot in self.lots.of(part.lot.id)]
        granted = self.lots.of(self.lots.granted.get(row.id)) + refilled
        returned = booked.returned
        return Target(
            transaction=_target_transaction(row),
            void_count=booked.void_count,
            returned_cents=booked.returned_cents,
            returned_quantity=booked.returned_quantity,
            reversed_points=booked.reversed_points,
            given_back=booked.given_back,
            reward=None,
            reward_stock=None,
            store=None,
            points_numerator=booked.points_per_euro.numerator,
            points_denominator=booked.points_per_euro.denominator,
            returned=_returned(returned) if returned else None,
            granted_ids=[lot.id for lot in granted],
            granted_expired=self.lots.expired(granted) - booked.found_expired,
            taken=parts,
        )

    def restorable(self, card_id: UUID) -> list[Restorable]:
        """As the statement `restorable_lots` reads it."""
        settled = {booked.row.id: booked.settled for booked in self.booked.values()}
        origins = []
        for first in self.lots.first_of(self.card_ids_merged_into(card_id)):
            lots = self.lots.of(first.id)
            open_ids = [lot.id for lot in lots if lot.remaining]
            origins.append(
                Restorable(first.id, self.lots.expired(lots), settled.get(first.transaction_id, 0), open_ids)
            )
        return origins

    def card_ids_merged_into(self, card_id: UUID) -> set[UUID]:
        """The card itself, and those merged into it."""
        merged = [row.merged_card_id for row in self.merges.values() if row.kept_card_id == card_id]
        return {card_id}.union(*(self.card_ids_merged_into(other) for other in merged))


def _returned(booked: ReplayedTransaction) -> Returned:
    rate = booked.points_per_euro
    return Returned(_target_transaction(booked.row), rate.numerator, rate.denominator)


def _target_transaction(row: TransactionRow) -> TargetTransaction:
    return TargetTransaction(
        merchant_id=row.merchant_id,
        id=row.id,
        card_id=row.card_id,
        kind=row.kind,
        unit=row.unit,
        amount=row.amount,
        store_id=row.store_id,
        sign_in_id=row.sign_in_id,
        terms_version=row.terms_version,
        purchase_amount_cents=row.purchase_amount_cents,
        order_reference=row.order_reference,
        quantity=row.quantity,
        reversed_points=row.reversed_points,
        reward_id=row.reward_id,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
    )
