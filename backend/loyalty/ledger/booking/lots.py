"""The lots and balances of a card while a booking is decided: what is granted, spent, returned and expired."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from backend.core.ids import new_id
from backend.loyalty.ledger.booking.card import CardMoment, CardRow, LotState
from backend.loyalty.ledger.booking.rows import AllocationRow, Booking
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.rules.expiry import LotLife, returned_life
from backend.loyalty.ledger.rules.holds import held
from backend.loyalty.ledger.rules.lots import left_in, live_lots, take


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of history whose lots are still moving; `BookingDraft.close_line` makes its row."""

    id: UUID
    unit: str


@dataclass(slots=True)
class CardLots:
    """Changes the lots and balances of a state in place, and adds each change to the booking."""

    state: CardState
    booking: Booking
    now: datetime
    _written: set[UUID] = field(default_factory=set)
    _expired: dict[UUID, int] = field(default_factory=dict)

    @property
    def card(self) -> CardRow:
        return self.state.card

    @property
    def moment(self) -> CardMoment:
        return self.state.moment(self.now)

    def live(self, unit: str) -> list[LotState]:
        """What can be spent now, in the order in which it is spent."""
        return live_lots(self.state.lots, unit, self.moment)

    def available(self, unit: str) -> int:
        """What can be spent now and is not held. Never negative, even if the points behind a hold are gone."""
        return max(0, left_in(self.live(unit)) - held(self.state.holds, unit, self.now))

    def grant(
        self,
        line: OpenLine,
        amount: int,
        life: LotLife,
        *,
        has_grace: bool = False,
        from_lot_id: UUID | None = None,
    ) -> None:
        """Adds a lot; debt is paid from it first."""
        card = self.card
        lot = LotState(
            merchant_id=card.merchant_id,
            id=new_id(),
            card_id=card.id,
            transaction_id=line.id,
            unit=line.unit,
            original=amount,
            remaining=amount,
            expires_at=life.expires_at,
            idle_days=life.idle_days,
            has_grace=has_grace,
            from_lot_id=from_lot_id,
        )
        self._written.add(lot.id)
        self.booking.lots.append(lot)
        self.state.lots.append(lot)
        self._add_to_balance(line.unit, amount)
        if paid := self.pay_debt(line.unit, amount):
            self._move(line, lot, paid)

    def spend(self, line: OpenLine, lots: list[LotState], amount: int) -> None:
        """Takes the amount from these lots, in their order."""
        by_id = {lot.id: lot for lot in lots}
        for part in take(lots, amount):
            self._move(line, by_id[part.lot_id], part.amount)

    def give_back(self, line: OpenLine, lot: LotState, amount: int) -> None:
        """Returns what was spent to its lot; a lot that has expired since gets its days of grace, once.

        Debt is paid from it first. What a merged card had paid becomes a lot of this card.
        """
        if lot.card_id != self.card.id:
            self._give_back_anew(line, lot, amount)
            return
        own = self._own(lot)
        life = returned_life(own, self.moment)
        own.expires_at, own.idle_days, own.has_grace = life.expires_at, life.idle_days, life.has_grace
        debt_paid = self.pay_debt(lot.unit, amount)
        if amount > debt_paid:
            self._move(line, own, debt_paid - amount)

    def _give_back_anew(self, line: OpenLine, lot: LotState, amount: int) -> None:
        life = returned_life(lot, self.moment)
        new_life = LotLife(life.expires_at, life.idle_days)
        self.grant(line, amount, new_life, has_grace=life.has_grace, from_lot_id=lot.id)

    def _own(self, lot: LotState) -> LotState:
        """The same lot in the state of this card, which holds the lots that have something left."""
        own = next((known for known in self.state.lots if known.id == lot.id), None)
        if own is None:
            self.state.lots.append(lot)
        return own or lot

    def pay_debt(self, unit: str, amount: int) -> int:
        """How much of the amount pays debt. Only points are owed."""
        paid = min(self.card.debt_points, amount) if unit == "points" else 0
        self.card.debt_points -= paid
        return paid

    def expire(self, line: OpenLine, lots: list[LotState]) -> int:
        """Takes all that is left in these lots; how much it was."""
        self._expired |= {lot.id: lot.remaining for lot in lots}
        amount = left_in(lots)
        self.spend(line, lots, amount)
        return amount

    def expired_of(self, lot_ids: list[UUID]) -> int:
        """How much of these lots this booking itself has booked as expired."""
        return sum(self._expired.get(lot_id, 0) for lot_id in lot_ids)

    def _move(self, line: OpenLine, lot: LotState, amount: int) -> None:
        lot.remaining -= amount
        self._add_to_balance(lot.unit, -amount)
        self.booking.allocations.append(AllocationRow(self.card.merchant_id, line.id, lot.id, amount))
        if lot.id not in self._written:
            self._written.add(lot.id)
            self.booking.lots_changed.append(lot)

    def _add_to_balance(self, unit: str, amount: int) -> None:
        if unit == "points":
            self.card.points_balance += amount
        else:
            self.card.stamp_count += amount
