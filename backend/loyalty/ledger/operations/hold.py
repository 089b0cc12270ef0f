"""Redeem in two steps: set points aside, then confirm what was handed over, or release."""

from dataclasses import dataclass
from uuid import UUID

from backend.core.ids import new_id
from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import CardState, HoldState
from backend.loyalty.ledger.events import HoldReleased, RewardReserved
from backend.loyalty.ledger.offers import Price, check_offer, decide_price, refuse_elsewhere
from backend.loyalty.ledger.operations.redeem import book_redeemed, redemption_view
from backend.loyalty.ledger.problems import (
    CardFrozen,
    HoldExceeded,
    HoldNotFound,
    HoldSettled,
    InsufficientPoints,
    InsufficientStamps,
    OtherStoreOnly,
)
from backend.loyalty.ledger.schemas import Confirmation, RedemptionView, Reservation, ReservationView
from backend.loyalty.ledger.views import Show


@dataclass(slots=True)
class ReserveReward:
    body: Reservation
    kind: str = "reserved"
    needs_pin: bool = True
    _hold: HoldState | None = None

    def check(self, state: CardState) -> None:
        check_offer(self.body, state)

    def decide(self, draft: BookingDraft) -> None:
        """A piece set aside leaves the stock, so that nobody else is promised it."""
        price = decide_price(self.body, draft)
        card, origin = draft.card, draft.origin
        self._hold = HoldState(
            merchant_id=card.merchant_id,
            id=new_id(),
            card_id=card.id,
            store_id=draft.state.setup.store.id,
            user_id=origin.user_id,
            device_id=origin.device_id,
            reward_id=price.reward_id,
            unit=price.unit,
            amount=price.amount,
            quantity=price.quantity,
            state="reserved",
            reserved_at=draft.now,
            expires_at=draft.now + rules.HOLD_TIME,
            settled_at=None,
        )
        draft.reserve(self._hold)
        draft.touch()
        if price.reward_id:
            draft.take_reward(price.reward_id, -price.quantity)
        draft.record(RewardReserved(card.id, self._hold.id))

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, ReservationView]:
        assert self._hold is not None, "answered after it was decided"
        return 201, ReservationView(show.hold(self._hold, draft.state), show.card(draft.state))


@dataclass(slots=True)
class ConfirmHold:
    hold_id: UUID
    body: Confirmation
    kind: str = "redeemed"
    needs_pin: bool = True
    _row: TransactionRow | None = None

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if state.card.frozen_at is not None:
            raise CardFrozen
        _find_hold(state, self.hold_id)

    def decide(self, draft: BookingDraft) -> None:
        """Books the pieces handed over; the others go back. A lot may have expired since they were set aside."""
        hold = _get_reserved(draft, self.hold_id)
        quantity = self.body.quantity or hold.quantity
        if quantity > hold.quantity:
            raise HoldExceeded(quantity=hold.quantity)
        draft.settle(hold, "confirmed")
        price = _price_of(hold, quantity, draft)
        _refuse_elsewhere(hold, draft.state)
        self._row = book_redeemed(draft, price, self.body.notes)
        self._row.hold_id = hold.id
        if price.reward_id and quantity < hold.quantity:
            draft.take_reward(price.reward_id, hold.quantity - quantity)

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, RedemptionView]:
        assert self._row is not None, "answered after it was decided"
        return 201, redemption_view(self._row, draft, show)


@dataclass(slots=True)
class ReleaseHold:
    hold_id: UUID
    kind: str = "released"
    needs_pin: bool = False
    _hold: HoldState | None = None

    def check(self, state: CardState) -> None:
        checks.check_place(state)
        _find_hold(state, self.hold_id)

    def decide(self, draft: BookingDraft) -> None:
        self._hold = _get_reserved(draft, self.hold_id)
        draft.settle(self._hold, "released")
        if self._hold.reward_id:
            draft.take_reward(self._hold.reward_id, self._hold.quantity)
        draft.record(HoldReleased(draft.card.id, self._hold.id))

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, ReservationView]:
        assert self._hold is not None, "answered after it was decided"
        return 201, ReservationView(show.hold(self._hold, draft.state), show.card(draft.state))


def _find_hold(state: CardState, hold_id: UUID) -> HoldState:
    found = next((hold for hold in state.holds if hold.id == hold_id), None)
    if found is None:
        raise HoldNotFound
    return found


def _get_reserved(draft: BookingDraft, hold_id: UUID) -> HoldState:
    hold = _find_hold(draft.state, hold_id)
    if hold.state != "reserved" or hold.expires_at <= draft.now:
        raise HoldSettled
    return hold


def _refuse_elsewhere(hold: HoldState, state: CardState) -> None:
    """The policy may have changed since, or another store hands over. Raises OtherStoreOnly.

    What has been switched off meanwhile, or moved to other stores, is handed over where it was promised.
    """
    if state.setup.store.id == hold.store_id:
        refuse_elsewhere(None, state)
        return
    offered = next((reward for reward in state.setup.rewards if reward.id == hold.reward_id), None)
    if hold.reward_id and offered is None:
        promised_at = (store.name for store in state.setup.stores if store.id == hold.store_id)
        raise OtherStoreOnly(stores=", ".join(promised_at))
    refuse_elsewhere(offered, state)


def _price_of(hold: HoldState, quantity: int, draft: BookingDraft) -> Price:
    """What was agreed when it was set aside, whatever has been published since."""
    amount, there = hold.amount // hold.quantity * quantity, draft.available(hold.unit)
    if there < amount:
        if hold.unit == "stamps":
            raise InsufficientStamps(needed=amount, count=there, missing=amount - there)
        missing = amount - there + draft.card.debt_points
        raise InsufficientPoints(needed=amount, balance=there, missing=missing)
    return Price(hold.reward_id, hold.unit, amount, quantity)
