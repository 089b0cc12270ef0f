"""Lots a replay has made, with what has come of each: on other cards after merges, or restored after it had expired."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from backend.loyalty.ledger.booking.card import LotState
from backend.loyalty.ledger.booking.rows import Booking


@dataclass(slots=True)
class LotLineage:
    """Of a card and those merged with it."""

    by_id: dict[UUID, LotState] = field(default_factory=dict)
    granted: dict[UUID, UUID] = field(default_factory=dict)
    """Lots by the transaction that granted them."""
    _children: defaultdict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    _expired: Counter[UUID] = field(default_factory=Counter)
    _restored: set[UUID] = field(default_factory=set)

    def keep(self, booking: Booking) -> None:
        restored = {row.id for row in booking.transactions if row.kind == "restored"}
        for lot in booking.lots:
            self.by_id[lot.id] = lot
            self.granted[lot.transaction_id] = lot.id
            if lot.from_lot_id is not None:
                self._children[lot.from_lot_id].append(lot.id)
            if lot.transaction_id in restored:
                self._restored.add(lot.id)
        expired = {row.id for row in booking.transactions if row.kind == "expired"}
        for part in booking.allocations:
            if part.transaction_id in expired:
                self._expired[part.lot_id] += part.amount

    def of(self, lot_id: UUID | None) -> list[LotState]:
        """The lot itself, and all that has come of it."""
        if lot_id is None:
            return []
        return [self.by_id[lot_id], *(lot for child_id in self._children[lot_id] for lot in self.of(child_id))]

    def expired(self, lots: list[LotState]) -> int:
        """How much of them has expired and was not restored."""
        restored = sum(lot.original for lot in lots if lot.id in self._restored)
        return sum(self._expired[lot.id] for lot in lots) - restored

    def first_of(self, card_ids: set[UUID]) -> Iterator[LotState]:
        """Points these cards were granted, and did not get from another lot; oldest first."""
        for lot in self.by_id.values():
            if lot.card_id in card_ids and lot.unit == "points" and lot.from_lot_id is None:
                yield lot
