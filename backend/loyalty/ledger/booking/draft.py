"""A booking while an operation decides it: the rows to write, and the card as it will be afterwards."""

import dataclasses
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.core.answers import AnswerRow
from backend.core.events import DomainEvent, event_row
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.text_cleaning import clean_scan
from backend.loyalty.ledger.booking.booked_by import NOBODY, booked_by
from backend.loyalty.ledger.booking.card import CardMoment, CardRow, HoldState
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.lots import CardLots, OpenLine
from backend.loyalty.ledger.booking.rows import (
    Booking,
    CategoryRow,
    OrderReferenceRow,
    RetiredCodeRow,
    TransactionRow,
)
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.booking.target import TargetTransaction
from backend.loyalty.ledger.events import CardLinksEnded, PointsExpired
from backend.loyalty.ledger.rules.lots import expired_lots


class BookingDraft:
    """Fills a booking on a card's state and keeps that state as it will be afterwards.

    Everything that has expired is booked first. The database proves at the write that the state was the present one.
    """

    def __init__(self, state: CardState, origin: Origin, *, staff_pin_id: UUID | None = None) -> None:
        self.state = state
        self.origin = origin
        self.staff_pin_id = staff_pin_id
        self.occurred_at = origin.now
        """Earlier than now for what is booked late."""
        self.booking = Booking(now=origin.now, card=state.card)
        self.lots = CardLots(state, self.booking, origin.now)
        self.counted_again: list[TargetTransaction] = []
        """Transactions whose void was undone: they count toward limits again, at their own time."""
        self.book_expired()

    @property
    def card(self) -> CardRow:
        return self.state.card

    @property
    def now(self) -> datetime:
        return self.origin.now

    @property
    def moment(self) -> CardMoment:
        return self.state.moment(self.now)

    @property
    def moment_occurred(self) -> CardMoment:
        return self.state.moment(self.occurred_at)

    def open_line(self, unit: str) -> OpenLine:
        """Begins a line of history: its lots move next, then `close_line` adds its row."""
        return OpenLine(new_id(), unit)

    def close_line(self, line: OpenLine, kind: str, amount: int, **details: Any) -> TransactionRow:
        """Adds the row of a line, with the balances after it. All its lots have moved before."""
        card = self.card
        card.last_seq += 1
        columns: dict[str, Any] = {
            **booked_by(self.origin, logs_ip=self.state.setup.policy.log_ip_addresses),
            "terms_version": self.state.terms.version,
            "occurred_at": self.occurred_at,
            **details,
        }
        row = TransactionRow(
            merchant_id=card.merchant_id,
            id=line.id,
            card_id=card.id,
            seq=card.last_seq,
            kind=kind,
            unit=line.unit,
            amount=amount,
            points_after=card.points_balance,
            stamps_after=card.stamp_count,
            debt_after=card.debt_points,
            staff_pin_id=self.staff_pin_id,
            program_id=self.state.program.id,
            recorded_at=self.now,
            **columns,
        )
        self.booking.transactions.append(row)
        return row

    def close_order_line(
        self, line: OpenLine, kind: str, amount: int, *, order_reference: str | None, **details: Any
    ) -> TransactionRow:
        """A line of an order: the number is this booking's until it is voided whole."""
        number = clean_scan(order_reference) if order_reference is not None else None
        row = self.close_line(line, kind, amount, order_reference=number, **details)
        if number is not None:
            self.booking.order_references.append(OrderReferenceRow.of(row, number, is_live=True))
        return row

    def categorize(self, row: TransactionRow, category_ids: list[UUID]) -> None:
        self.booking.categories += [
            CategoryRow(row.merchant_id, row.id, category_id) for category_id in dict.fromkeys(category_ids)
        ]

    def free_reference(self, booked: TargetTransaction) -> None:
        self._change_reference(booked, is_live=False)

    def claim_reference(self, booked: TargetTransaction) -> None:
        """The write refuses it when another booking has the number by then."""
        self._change_reference(booked, is_live=True)

    def _change_reference(self, booked: TargetTransaction, *, is_live: bool) -> None:
        if booked.order_reference is not None:
            row = OrderReferenceRow.of(booked, booked.order_reference, is_live=is_live)
            self.booking.order_references_changed.append(row)

    def take_reward(self, reward_id: UUID, stock_change: int) -> None:
        self.booking.reward_id, self.booking.reward_stock = reward_id, stock_change

    def hold(self, hold: HoldState) -> None:
        self.booking.holds.append(hold)
        self.state.holds.append(hold)

    def settle(self, hold: HoldState, state: str) -> None:
        """The hold is confirmed or released and holds nothing any more."""
        hold.state, hold.settled_at = state, self.now
        self.booking.holds_changed.append(hold)

    def use_allowance(self, allowance: HoldState, amount: int) -> None:
        """Once it is used up, it holds nothing any more. One that has ended stays as it ended."""
        allowance.used_amount += amount
        if allowance.state == "reserved" and not allowance.left:
            allowance.state, allowance.settled_at = "confirmed", self.now
        self.booking.holds_changed.append(allowance)

    def replace_code(self, code: str, reason: str) -> None:
        """Retires the card's code and ends the links made with it, also those of cards merged into it."""
        card, origin = self.card, self.origin
        self.booking.retired_code = RetiredCodeRow(
            card.merchant_id, card.code, card.id, origin.user_id, origin.on_behalf_user_id, reason, self.now
        )
        card.code = code
        self.end_links()

    def end_links(self) -> None:
        """Page, pass file, save link and Apple token made so far are refused, also those of cards merged into it."""
        self.card.page_version += 1
        self.booking.ends_links = True
        self.record(CardLinksEnded(self.card.id, self.origin.user_id))

    def touch(self) -> None:
        """The customer was active: restarts the clock of inactivity."""
        self.card.last_activity_at = max(self.card.last_activity_at, self.occurred_at)

    def record(self, event: DomainEvent) -> None:
        self.booking.events.append(event_row(event))

    def book_expired(self) -> None:
        """Books what has expired and is not booked as such yet."""
        due = expired_lots(self.state.lots, self.moment)
        for unit in ("points", "stamps"):
            if lots := [lot for lot in due if lot.unit == unit]:
                line = self.open_line(unit)
                amount = self.lots.expire(line, lots)
                row = self.close_line(line, "expired", -amount, occurred_at=self.now, **NOBODY)
                self.record(PointsExpired(row.card_id, row.id, amount))

    def overridden(self, decided: Decided, user_id: UUID) -> Decided:
        """Names on each of the operation's lines the person who overrides a limit for it."""
        rows = {row.id: msgspec.structs.replace(row, override_user_id=user_id) for row in decided.rows}
        self.booking.transactions = [rows.get(row.id, row) for row in self.booking.transactions]
        return dataclasses.replace(decided, rows=tuple(rows.values()))

    def complete(self, answer: AnswerRow | None) -> Booking:
        """The booking to write. Its last line, expiry apart, carries the idempotency key of the answer."""
        booking = self.booking
        booking.card.version += 1
        booking.answer = answer
        if answer is not None and booking.transactions:
            last = ([row for row in booking.transactions if row.kind != "expired"] or booking.transactions)[-1]
            keyed = msgspec.structs.replace(last, idempotency_key=answer.key)
            booking.transactions = [keyed if row is last else row for row in booking.transactions]
        return booking
