"""A booking in the making: what will be appended and changed, decided on a state that the writing proves unchanged."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.core.answers import AnswerRow
from backend.core.events import DomainEvent, EventRow, event_row
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.pasted import clean_scan
from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking.rows import (
    AllocationRow,
    Booking,
    CategoryRow,
    LimitUse,
    OrderReferenceRow,
    RetiredCodeRow,
    TransactionRow,
)
from backend.loyalty.ledger.booking.state import CardRow, CardState, HoldState, LotState, Moment, TargetTransaction
from backend.loyalty.ledger.events import CardLinksEnded, PointsExpired
from backend.loyalty.ledger.receipts import fold_reference


class BookingDraft:
    """Collects a booking on a card's state and keeps that state as it will be afterwards."""

    def __init__(self, state: CardState, origin: Origin) -> None:
        self.state = state
        self.origin = origin
        self.happened_at = origin.now
        """Earlier than now for what is booked late."""
        self.transactions: list[TransactionRow] = []
        self.limits: list[LimitUse] = []
        self.standing_again: list[TargetTransaction] = []
        """What was taken back as a whole, and is not any more: it counts toward limits again, where and when it was."""
        self._order_references: list[OrderReferenceRow] = []
        self._changed_references: list[OrderReferenceRow] = []
        self._categories: list[CategoryRow] = []
        self._new_lots: dict[UUID, LotState] = {}
        self._changed_lots: dict[UUID, LotState] = {}
        self._allocations: list[AllocationRow] = []
        self._events: list[EventRow] = []
        self._reward: tuple[UUID | None, int] = (None, 0)
        self._new_holds: list[HoldState] = []
        self._settled_holds: list[HoldState] = []
        self._retired_code: RetiredCodeRow | None = None
        self._ends_links = False
        self._expired: dict[UUID, int] = {}
        self.book_expired()

    @property
    def card(self) -> CardRow:
        return self.state.card

    @property
    def now(self) -> datetime:
        return self.origin.now

    def live(self, unit: str) -> list[LotState]:
        """What can be spent now, in the order in which it is spent."""
        return rules.live_lots(self.state.lots, unit, self.moment)

    def available(self, unit: str) -> int:
        """What can be spent now and is not set aside. Never below zero, though what was set aside may be gone."""
        return max(0, rules.left_in(self.live(unit)) - rules.held(self.state.holds, unit, self.now))

    @property
    def is_empty(self) -> bool:
        """Nothing is to be written."""
        return not (self.transactions or self._new_holds or self._settled_holds or self._ends_links)

    @property
    def moment(self) -> Moment:
        return self.state.moment(self.now)

    @property
    def moment_of_happening(self) -> Moment:
        return self.state.moment(self.happened_at)

    def transaction(self, kind: str, unit: str, amount: int, **details: Any) -> TransactionRow:
        """Appends a line of history; the last, expiry apart, carries the key. Balances are filled in by `close`."""
        card, origin = self.card, self.origin
        card.last_seq += 1
        is_logged = self.state.setup.policy.log_ip_addresses
        row = TransactionRow(
            merchant_id=card.merchant_id,
            id=new_id(),
            card_id=card.id,
            seq=card.last_seq,
            kind=kind,
            unit=unit,
            amount=amount,
            store_id=origin.store_id,
            user_id=origin.user_id,
            device_id=origin.device_id,
            sign_in_id=origin.sign_in_id,
            on_behalf_user_id=origin.on_behalf_user_id,
            program_id=self.state.program.id,
            recorded_at=self.now,
            ip=origin.ip if is_logged else None,
            user_agent=origin.user_agent if is_logged else None,
            **{"terms_version": self.state.terms.version, "occurred_at": self.happened_at, **details},
        )
        self.transactions.append(row)
        return row

    def categorize(self, row: TransactionRow, category_ids: list[UUID]) -> None:
        self._categories += [
            CategoryRow(row.merchant_id, row.id, category_id) for category_id in dict.fromkeys(category_ids)
        ]

    def refer(self, row: TransactionRow, order_reference: str | None) -> None:
        """The number is this booking's, until it is taken back whole."""
        if order_reference is not None:
            row.order_reference = clean_scan(order_reference)
            self._order_references.append(_reference_row(row, row.order_reference, is_live=True))

    def free_reference(self, booked: TargetTransaction) -> None:
        self._change_reference(booked, is_live=False)

    def claim_reference(self, booked: TargetTransaction) -> None:
        """Refused by the writing when another booking has the number meanwhile."""
        self._change_reference(booked, is_live=True)

    def _change_reference(self, booked: TargetTransaction, *, is_live: bool) -> None:
        if booked.order_reference is not None:
            self._changed_references.append(_reference_row(booked, booked.order_reference, is_live=is_live))

    def grant(self, row: TransactionRow, amount: int, life: rules.LotLife) -> LotState:
        """A new lot; what the customer owes is paid from it first."""
        lot = LotState(
            merchant_id=row.merchant_id,
            id=new_id(),
            card_id=row.card_id,
            transaction_id=row.id,
            unit=row.unit,
            original=amount,
            remaining=amount,
            expires_at=life.expires_at,
            idle_days=life.idle_days,
        )
        self._new_lots[lot.id] = lot
        self.state.lots.append(lot)
        self._add_to_balance(row.unit, amount)
        if paid := self.pay_debt(row.unit, amount):
            self._move(row, lot, paid)
        return lot

    def spend(self, row: TransactionRow, lots: list[LotState], amount: int) -> None:
        """Takes from these lots in their order."""
        by_id = {lot.id: lot for lot in lots}
        for part in rules.take(lots, amount):
            self._move(row, by_id[part.lot_id], part.amount)

    def give_back(self, row: TransactionRow, lot: LotState, amount: int) -> None:
        """Returns what was spent into its own lot; one that has expired meanwhile gets its days of grace, once.

        What the customer owes is paid from it first. What a merged card had paid comes back as a lot of this one.
        """
        if lot.card_id != self.card.id:
            self._give_back_anew(row, lot, amount)
            return
        mine = next((known for known in self.state.lots if known.id == lot.id), None)
        if mine is None:
            mine = lot
            self.state.lots.append(lot)
        life = self._life_of_returned(mine)
        mine.expires_at, mine.idle_days, mine.has_grace = life.expires_at, life.idle_days, life.has_grace
        owed = self.pay_debt(lot.unit, amount)
        if amount > owed:
            self._move(row, mine, owed - amount)

    def _give_back_anew(self, row: TransactionRow, lot: LotState, amount: int) -> None:
        life = self._life_of_returned(lot)
        made = self.grant(row, amount, rules.LotLife(life.expires_at, life.idle_days))
        made.has_grace, made.from_lot_id = life.has_grace, lot.id

    def _life_of_returned(self, lot: LotState) -> rules.ReturnedLife:
        return rules.returned_life(lot, self.moment)

    def pay_debt(self, unit: str, amount: int) -> int:
        """How much of the amount goes into what the customer owes."""
        paid = min(self.card.debt_points, amount) if unit == "points" else 0
        self.card.debt_points -= paid
        return paid

    def expired_of(self, lot_ids: list[UUID]) -> int:
        """How much of these lots this booking itself has found expired."""
        return sum(self._expired.get(lot_id, 0) for lot_id in lot_ids)

    def take_reward(self, reward_id: UUID, stock_change: int) -> None:
        self._reward = (reward_id, stock_change)

    def reserve(self, hold: HoldState) -> None:
        self._new_holds.append(hold)
        self.state.holds.append(hold)

    def settle(self, hold: HoldState, state: str) -> None:
        """Confirmed or released: it sets nothing aside any more."""
        hold.state, hold.settled_at = state, self.now
        self._settled_holds.append(hold)

    def replace_code(self, code: str, reason: str) -> None:
        """The card's code so far is refused from now on, and what was handed out with it opens nothing.

        The same for cards that were merged into it.
        """
        card, origin = self.card, self.origin
        self._retired_code = RetiredCodeRow(
            card.merchant_id, card.code, card.id, origin.user_id, origin.on_behalf_user_id, reason, self.now
        )
        card.code = code
        self.end_links()

    def end_links(self) -> None:
        """Page, pass file, save link and Apple token so far open nothing from now on, also of cards merged into it."""
        self.card.page_version += 1
        self._ends_links = True
        self.record(CardLinksEnded(self.card.id, self.origin.user_id))

    def touch(self) -> None:
        """The customer was here: restarts the clock of inactivity."""
        self.card.last_activity_at = max(self.card.last_activity_at, self.happened_at)

    def record(self, event: DomainEvent) -> None:
        self._events.append(event_row(event))

    def book_expired(self) -> None:
        """What has expired and is not booked as such yet."""
        due = rules.expired_lots(self.state.lots, self.moment)
        self._expired |= {lot.id: lot.remaining for lot in due}
        for unit in ("points", "stamps"):
            lots = [lot for lot in due if lot.unit == unit]
            if amount := rules.left_in(lots):
                row = self._expired_row(unit, amount)
                self.spend(row, lots, amount)
                self.close(row)
                self.record(PointsExpired(row.card_id, row.id, amount))

    def _expired_row(self, unit: str, amount: int) -> TransactionRow:
        row = self.transaction("expired", unit, -amount, occurred_at=self.now)
        row.store_id = row.user_id = row.device_id = row.sign_in_id = row.on_behalf_user_id = None
        row.ip = row.user_agent = None
        return row

    def _move(self, row: TransactionRow, lot: LotState, amount: int) -> None:
        lot.remaining -= amount
        self._add_to_balance(lot.unit, -amount)
        self._allocations.append(AllocationRow(row.merchant_id, row.id, lot.id, amount))
        if lot.id not in self._new_lots:
            self._changed_lots[lot.id] = lot

    def _add_to_balance(self, unit: str, amount: int) -> None:
        if unit == "points":
            self.card.points_balance += amount
        else:
            self.card.stamp_count += amount

    def close(self, row: TransactionRow) -> None:
        """Fills in the balances after this line; call it when everything the line moves has moved."""
        row.points_after, row.stamps_after = self.card.points_balance, self.card.stamp_count
        row.debt_after = self.card.debt_points

    def booking(self, answer: AnswerRow | None) -> Booking:
        self.card.version += 1
        if answer is not None and self.transactions:
            lines = [row for row in self.transactions if row.kind != "expired"] or self.transactions
            lines[-1].idempotency_key = answer.key
        return Booking(
            now=self.now,
            card=self.card,
            limits=self.limits,
            transactions=self.transactions,
            order_references=self._order_references,
            order_references_changed=self._changed_references,
            categories=self._categories,
            lots=list(self._new_lots.values()),
            lots_changed=list(self._changed_lots.values()),
            allocations=self._allocations,
            holds=self._new_holds,
            holds_changed=self._settled_holds,
            retired_code=self._retired_code,
            ends_links=self._ends_links,
            reward_id=self._reward[0],
            reward_stock=self._reward[1],
            events=self._events,
            answer=answer,
        )


def _reference_row(
    booked: TransactionRow | TargetTransaction, order_reference: str, *, is_live: bool
) -> OrderReferenceRow:
    folded = fold_reference(order_reference)
    return OrderReferenceRow(booked.merchant_id, booked.id, booked.store_id, booked.kind, folded, is_live)
