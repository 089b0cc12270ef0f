"""What a card is offered: which rewards, at what price, and at which stores."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.setup import RewardState, StoreState
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.problems.bookings import (
    InsufficientPoints,
    InsufficientStamps,
    OtherStoreOnly,
    RewardUnavailable,
    UnitNotOffered,
)
from backend.loyalty.ledger.problems.cards import CardIsFrozen
from backend.loyalty.ledger.rules.holds import is_open
from backend.loyalty.ledger.schemas.bookings import Redemption
from backend.loyalty.ledger.schemas.holds import Reservation
from backend.loyalty.rewards.problems import RewardNotFound


@dataclass(frozen=True, slots=True)
class RewardPrice:
    """What so many pieces of a reward take from the card."""

    reward_id: UUID | None
    """None: the full stamp card."""
    unit: str
    amount: int
    quantity: int


def check_offer(wanted: Redemption | Reservation, state: CardState) -> None:
    """Raises what `check_card` raises, CardIsFrozen, UnitNotOffered, ValidationFailed or RewardNotFound."""
    checks.check_card(state)
    if state.card.frozen_at is not None:
        raise CardIsFrozen
    by_stamps = wanted.unit == "stamps"
    if by_stamps and wanted.reward_id is not None:
        raise ValidationFailed(FieldError("/reward_id", "not_for_stamps", "A full stamp card has its own reward."))
    if not (state.program.has_stamps if by_stamps else state.program.has_points):
        raise UnitNotOffered
    if not by_stamps:
        get_reward(state, wanted.reward_id)


def get_reward(state: CardState, reward_id: UUID | None) -> RewardState:
    """Raises RewardNotFound, also for one that is not offered any more."""
    reward = next((reward for reward in state.setup.rewards if reward.id == reward_id), None)
    if reward is None:
        raise RewardNotFound
    return reward


def decide_price(wanted: Redemption | Reservation, draft: BookingDraft) -> RewardPrice:
    """Raises RewardUnavailable, InsufficientPoints, InsufficientStamps or OtherStoreOnly, in this order."""
    state, quantity = draft.state, wanted.quantity
    if wanted.unit == "stamps":
        target, count = state.terms.stamps_target * quantity, draft.lots.available("stamps")
        if count < target:
            raise InsufficientStamps(needed=target, count=count, missing=target - count)
        refuse_elsewhere(None, state)
        return RewardPrice(None, "stamps", target, quantity)
    reward = get_reward(state, wanted.reward_id)
    refusal = reward_refusal(reward, state, draft.now, quantity)
    if refusal in {"out_of_stock", "reward_limit_reached"}:
        raise RewardUnavailable(reason=refusal)
    balance, price = draft.lots.available("points"), reward.points_required * quantity
    needed = max(price, state.terms.minimum_redemption_points)
    if balance < needed:
        missing = needed - balance + draft.card.debt_points
        raise InsufficientPoints(needed=needed, balance=balance, missing=missing)
    refuse_elsewhere(reward, state)
    return RewardPrice(reward.id, "points", price, quantity)


def refuse_elsewhere(reward: RewardState | None, state: CardState) -> None:
    """Raises OtherStoreOnly. None: the full stamp card."""
    allowed = redeemed_at(reward, state)
    if not any(store.id == state.setup.store.id for store in allowed):
        raise OtherStoreOnly(stores=[store.name for store in allowed])


def reward_refusal(reward: RewardState, state: CardState, now: datetime, quantity: int = 1) -> str | None:
    """out_of_stock | reward_limit_reached | other_store | None, apart from the balance."""
    if reward.stock is not None and reward.stock < quantity:
        return "out_of_stock"
    if reward.limit_per_card and had_of(reward.id, state, now) + quantity > reward.limit_per_card:
        return "reward_limit_reached"
    is_here = any(store.id == state.setup.store.id for store in redeemed_at(reward, state))
    return None if is_here else "other_store"


def had_of(reward_id: UUID, state: CardState, now: datetime) -> int:
    """How many pieces of a reward with a limit this person has had, or holds."""
    held = sum(hold.quantity for hold in state.holds if hold.reward_id == reward_id and is_open(hold, now))
    return state.redeemed_counts.get(reward_id, 0) + held


def redeemed_at(reward: RewardState | None, state: CardState) -> list[StoreState]:
    """Where this card may redeem the reward, or (None) its stamp card."""
    stores = stores_of(state)
    if not state.setup.policy.allow_cross_location_redemption:
        stores = [store for store in stores if store.id == state.card.store_id]
    return [store for store in stores if store.id in reward.store_ids] if reward and reward.store_ids else stores


def stores_of(state: CardState) -> list[StoreState]:
    """Where the card works: every store of the merchant, or the one it belongs to."""
    scope = state.card.scope_store_id
    return [store for store in state.setup.stores if scope is None or scope == store.id]
