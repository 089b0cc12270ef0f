"""Redeem a reward for points, or the full stamp card: at once, or of what a hold has set aside."""

from dataclasses import dataclass
from uuid import UUID

from backend.loyalty.ledger import checks, rules
from backend.loyalty.ledger.draft import Draft
from backend.loyalty.ledger.events import RewardRedeemed
from backend.loyalty.ledger.problems import (
    CardFrozen,
    InsufficientPoints,
    InsufficientStamps,
    OtherStoreOnly,
    RewardNotFound,
    RewardUnavailable,
    UnitNotOffered,
)
from backend.loyalty.ledger.rows import TransactionRow
from backend.loyalty.ledger.schemas import Redemption, RedemptionView, Reservation
from backend.loyalty.ledger.state import CardState, RewardState
from backend.loyalty.ledger.views import Show, redeemed_at, reward_refusal


@dataclass(frozen=True, slots=True)
class Price:
    """What so many pieces of a reward take from the card."""

    reward_id: UUID | None
    """None: the full stamp card."""
    unit: str
    amount: int
    quantity: int


def check_offer(wanted: Redemption | Reservation, state: CardState) -> None:
    """Raises what `check_card` raises, CardFrozen, UnitNotOffered or RewardNotFound."""
    checks.check_card(state)
    if state.card.frozen_at is not None:
        raise CardFrozen
    by_stamps = wanted.unit == "stamps"
    if not (state.program.has_stamps if by_stamps else state.program.has_points):
        raise UnitNotOffered
    if not by_stamps:
        get_reward(state, wanted.reward_id)


def get_reward(state: CardState, reward_id: UUID | None) -> RewardState:
    """Raises RewardNotFound, also for one that is not offered any more."""
    found = next((reward for reward in state.setup.rewards if reward.id == reward_id), None)
    if found is None:
        raise RewardNotFound
    return found


def decide_price(wanted: Redemption | Reservation, draft: Draft) -> Price:
    """Raises RewardUnavailable, InsufficientPoints, InsufficientStamps or OtherStoreOnly, in this order."""
    state, quantity = draft.state, wanted.quantity
    if wanted.unit == "stamps":
        target, count = state.terms.stamps_target * quantity, draft.available("stamps")
        if count < target:
            raise InsufficientStamps(needed=target, count=count, missing=target - count)
        refuse_elsewhere(None, state)
        return Price(None, "stamps", target, quantity)
    reward = get_reward(state, wanted.reward_id)
    refusal = reward_refusal(reward, state, draft.now, quantity)
    if refusal in {"out_of_stock", "reward_limit_reached"}:
        raise RewardUnavailable(reason=refusal)
    balance, price = draft.available("points"), reward.points_required * quantity
    needed = max(price, state.terms.minimum_redemption_points)
    if balance < needed:
        raise InsufficientPoints(needed=needed, balance=balance, missing=needed - balance)
    refuse_elsewhere(reward, state)
    return Price(reward.id, "points", price, quantity)


def book_redeemed(draft: Draft, price: Price, notes: str | None) -> TransactionRow:
    """Spends lots and records what was handed over; the reward's stock is the caller's."""
    row = draft.transaction(
        "redeemed", price.unit, -price.amount, reward_id=price.reward_id, quantity=price.quantity, notes=notes
    )
    draft.spend(row, draft.live(price.unit), price.amount)
    if price.reward_id:
        counts = draft.state.redeemed_counts
        counts[price.reward_id] = counts.get(price.reward_id, 0) + price.quantity
    draft.touch()
    draft.close(row)
    draft.record(RewardRedeemed(row.card_id, row.id, row.reward_id))
    return row


@dataclass(slots=True)
class RedeemReward:
    body: Redemption
    kind: str = "redeemed"
    needs_pin: bool = True
    _row: TransactionRow | None = None

    def check(self, state: CardState) -> None:
        check_offer(self.body, state)

    def decide(self, draft: Draft) -> None:
        price = decide_price(self.body, draft)
        self._row = book_redeemed(draft, price, self.body.notes)
        self._row.order_reference = self.body.order_reference
        if price.reward_id:
            draft.take_reward(price.reward_id, -price.quantity)

    def answer(self, draft: Draft, show: Show) -> tuple[int, RedemptionView]:
        assert self._row is not None, "answered after it was decided"
        return 201, redemption_view(self._row, draft, show)


def redemption_view(row: TransactionRow, draft: Draft, show: Show) -> RedemptionView:
    reward = show.reward_name(draft.state, row.reward_id)
    return RedemptionView(
        transaction=show.transaction(row, draft.state, user=draft.origin.user_name, reward=reward),
        card=show.card(draft.state),
        undo_until=row.recorded_at + rules.UNDO_WINDOW,
    )


def refuse_elsewhere(reward: RewardState | None, state: CardState) -> None:
    """Raises OtherStoreOnly. None: the full stamp card."""
    allowed = redeemed_at(reward, state)
    if state.setup.store.id not in {store.id for store in allowed}:
        raise OtherStoreOnly(stores=", ".join(store.name for store in allowed))
