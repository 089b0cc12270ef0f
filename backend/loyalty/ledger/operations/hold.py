"""Redeem in two steps: hold points or stamps for a reward, then confirm what was handed over, or release the hold."""

from dataclasses import dataclass
from uuid import UUID

from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.card import HoldState
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import HoldReleased, RewardReserved
from backend.loyalty.ledger.offers import RewardPrice, check_offer, decide_price, refuse_elsewhere
from backend.loyalty.ledger.operations.redeem import redeem, redemption_view
from backend.loyalty.ledger.problems.bookings import InsufficientPoints, InsufficientStamps, OtherStoreOnly
from backend.loyalty.ledger.problems.cards import CardIsFrozen
from backend.loyalty.ledger.problems.holds import HoldExceeded, HoldNotFound, HoldSettled
from backend.loyalty.ledger.rules.holds import HOLD_TIME, is_open
from backend.loyalty.ledger.schemas.bookings import RedemptionView
from backend.loyalty.ledger.schemas.holds import Confirmation, Reservation, ReservationView
from backend.loyalty.ledger.views import Show


@dataclass(frozen=True, slots=True)
class HoldReward(Operation):
    kind = "reserved"
    body: Reservation

    def check(self, state: CardState) -> None:
        check_offer(self.body, state)

    def decide(self, draft: BookingDraft) -> Decided:
        """Held pieces leave the stock, so that they are promised to one person only."""
        price = decide_price(self.body, draft)
        hold = _new_hold(draft, price)
        draft.hold(hold)
        draft.touch()
        if price.reward_id:
            draft.take_reward(price.reward_id, -price.quantity)
        draft.record(RewardReserved(draft.card.id, hold.id))
        return Decided(hold=hold)

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> ReservationView:
        return hold_view(decided, draft, show)


@dataclass(frozen=True, slots=True)
class ConfirmHold(Operation):
    kind = "redeemed"
    hold_id: UUID
    body: Confirmation

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if state.card.frozen_at is not None:
            raise CardIsFrozen
        _get_hold(state, self.hold_id)

    def decide(self, draft: BookingDraft) -> Decided:
        """Redeems the pieces handed over; the others go back. A lot may have expired since the hold was made."""
        hold = _get_open_hold(draft, self.hold_id)
        quantity = self.body.quantity or hold.quantity
        if quantity > hold.quantity:
            raise HoldExceeded(quantity=hold.quantity)
        draft.settle(hold, "confirmed")
        price = _price_of(hold, quantity, draft)
        _refuse_elsewhere(hold, draft.state)
        row = redeem(draft, price, notes=self.body.notes, hold_id=hold.id)
        if price.reward_id and quantity < hold.quantity:
            draft.take_reward(price.reward_id, hold.quantity - quantity)
        return Decided((row,))

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> RedemptionView:
        return redemption_view(decided.rows[0], draft, show)


@dataclass(frozen=True, slots=True)
class ReleaseHold(Operation):
    kind = "released"
    hold_id: UUID

    def check(self, state: CardState) -> None:
        checks.check_place(state)
        _get_hold(state, self.hold_id)

    def needs_pin(self, state: CardState, origin: Origin) -> bool:  # noqa: ARG002 - it takes nothing from the customer
        return False

    def decide(self, draft: BookingDraft) -> Decided:
        hold = _get_open_hold(draft, self.hold_id)
        draft.settle(hold, "released")
        if hold.reward_id:
            draft.take_reward(hold.reward_id, hold.quantity)
        draft.record(HoldReleased(draft.card.id, hold.id))
        return Decided(hold=hold)

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> ReservationView:
        return hold_view(decided, draft, show)


def hold_view(decided: Decided, draft: BookingDraft, show: Show) -> ReservationView:
    assert decided.hold is not None, "a hold was made or settled"
    return ReservationView(show.hold(decided.hold, draft.state), show.card(draft.state))


def _new_hold(draft: BookingDraft, price: RewardPrice) -> HoldState:
    card, origin = draft.card, draft.origin
    return HoldState(
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
        expires_at=draft.now + HOLD_TIME,
        settled_at=None,
    )


def _get_hold(state: CardState, hold_id: UUID) -> HoldState:
    """Raises HoldNotFound, also for what is held for a tablet."""
    hold = next((hold for hold in state.holds if hold.id == hold_id and not hold.is_allowance), None)
    if hold is None:
        raise HoldNotFound
    return hold


def _get_open_hold(draft: BookingDraft, hold_id: UUID) -> HoldState:
    """Raises HoldNotFound or HoldSettled."""
    hold = _get_hold(draft.state, hold_id)
    if not is_open(hold, draft.now):
        raise HoldSettled
    return hold


def _refuse_elsewhere(hold: HoldState, state: CardState) -> None:
    """The policy may have changed since, or another store hands over. Raises OtherStoreOnly.

    A reward that was switched off since, or moved to other stores, is handed over where the hold was made.
    """
    if state.setup.store.id == hold.store_id:
        refuse_elsewhere(None, state)
        return
    reward = next((reward for reward in state.setup.rewards if reward.id == hold.reward_id), None)
    if hold.reward_id and reward is None:
        promised_at = [store.name for store in state.setup.stores if store.id == hold.store_id]
        raise OtherStoreOnly(stores=promised_at)
    refuse_elsewhere(reward, state)


def _price_of(hold: HoldState, quantity: int, draft: BookingDraft) -> RewardPrice:
    """The price at which the hold was made, not that of terms published since."""
    amount, available = hold.amount // hold.quantity * quantity, draft.lots.available(hold.unit)
    if available < amount:
        if hold.unit == "stamps":
            raise InsufficientStamps(needed=amount, count=available, missing=amount - available)
        missing = amount - available + draft.card.debt_points
        raise InsufficientPoints(needed=amount, balance=available, missing=missing)
    return RewardPrice(hold.reward_id, hold.unit, amount, quantity)
