"""A card whose past is booked once more: what every replayed line shares, and its holds."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from msgspec.structs import replace

from backend.loyalty.ledger.booking.card import HoldState
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.setup import ProgramState, TermsState
from backend.loyalty.ledger.booking.target import Target
from backend.loyalty.ledger.operations.hold import HoldReward, ReleaseHold
from backend.loyalty.ledger.problems.bookings import UnitNotOffered
from backend.loyalty.ledger.schemas.holds import Reservation
from backend.loyalty.previews.history import CardHistory, PastTransaction
from backend.loyalty.previews.replay_state import Decide, ReplayState
from backend.loyalty.previews.replayed import ReplayedTransaction
from backend.loyalty.previews.setup_history import Conditions, SetupHistory

OF_A_UNIT = {"earned", "redeemed", "adjusted", "restored"}
"""Kinds of lines that the program must offer points, or stamps, for."""


@dataclass(frozen=True, slots=True)
class PriceThen:
    """What a piece of something took at the time."""

    unit: Literal["points", "stamps"]
    reward_id: UUID | None
    amount: int


@dataclass(slots=True)
class CardReplay:
    setup_history: SetupHistory
    conditions: Conditions
    history: CardHistory
    replay: ReplayState
    below_minimum: int = 0
    """Sales for which these terms give nothing at all."""
    holds: dict[UUID, HoldState] = field(default_factory=dict)
    """By the id of the hold of the past."""

    @property
    def card_id(self) -> UUID:
        return self.replay.card_state.card.id

    def hold(self, hold: HoldState) -> None:
        """At the price of the time. A hold that these terms refuse is refused when it is confirmed, if it ever was."""
        price = PriceThen(as_unit(hold.unit), hold.reward_id, hold.amount // hold.quantity)
        wanted = Reservation(price.reward_id, price.unit, hold.quantity)
        known, refusals = {own.id for own in self.replay.card_state.holds}, self.replay.refusals.copy()
        terms, operation = self.conditions.at(hold.reserved_at), HoldReward(wanted)
        self.book(hold.reserved_at, hold.store_id, terms, operation.decide, price=price)
        self.replay.refusals = refusals
        if new_holds := [own for own in self.replay.card_state.holds if own.id not in known]:
            self.holds[hold.id] = new_holds[0]

    def release(self, hold: HoldState) -> None:
        assert hold.settled_at is not None, "it was released at some time"
        if own := self.holds.get(hold.id):
            terms = self.conditions.at(hold.settled_at)
            self.book(hold.settled_at, hold.store_id, terms, ReleaseHold(own.id).decide)

    def settle(self, now: datetime) -> None:
        """Books what has expired by now."""
        self.book(now, None, self.conditions.at(now), nothing)

    def draft(self, now: datetime) -> BookingDraft:
        """For what concerns two cards."""
        terms = self.conditions.at(now)
        setup = self.setup_history.setup_of(self.place(None), self.conditions.program, terms, None)
        return self.replay.draft(setup, now, None)

    def book_line(
        self, line: PastTransaction, decide: Decide, *, price: PriceThen | None = None, target: Target | None = None
    ) -> list[TransactionRow]:
        unit = line.unit if line.kind in OF_A_UNIT else None
        terms = self.terms(line)
        rows = self.book(line.recorded_at, line.store_id, terms, decide, unit=unit, price=price, target=target)
        if rows and line.kind in {"earned", "redeemed"}:
            self.replay.memory.booked[line.id] = ReplayedTransaction(rows[-1], terms.points_per_euro)
        return rows

    def book(
        self,
        now: datetime,
        store_id: UUID | None,
        terms: TermsState,
        decide: Decide,
        *,
        unit: str | None = None,
        price: PriceThen | None = None,
        target: Target | None = None,
    ) -> list[TransactionRow]:
        program = self.conditions.program
        if self.conditions.are_past and price and price.unit == "stamps":
            terms = replace(terms, stamps_target=price.amount)
        if not self.conditions.are_past and not _offers(program, unit or (price.unit if price else None)):
            decide = _refuse_unit
        reward = (price.reward_id, price.amount) if price and price.reward_id else None
        setup = self.setup_history.setup_of(self.place(store_id), program, terms, reward)
        return self.replay.book(setup, now, store_id, decide, target)

    def terms(self, line: PastTransaction) -> TermsState:
        return self.conditions.of_version(line.terms_version)

    def place(self, store_id: UUID | None) -> UUID:
        """What is done in an office is seen from the card's own store."""
        return store_id or self.replay.card_state.card.store_id


def as_unit(unit: str) -> Literal["points", "stamps"]:
    return cast("Literal['points', 'stamps']", unit)


def nothing(_: BookingDraft) -> None:
    """Only what has expired is booked."""


def _offers(program: ProgramState, unit: str | None) -> bool:
    return unit is None or (program.has_stamps if unit == "stamps" else program.has_points)


def _refuse_unit(_: BookingDraft) -> None:
    raise UnitNotOffered
