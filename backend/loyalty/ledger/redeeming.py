"""Redeem a reward for points, or the full stamp card."""

from dataclasses import dataclass
from uuid import UUID

from backend.loyalty.ledger import checks, rules
from backend.loyalty.ledger.booking import Draft, TransactionRow
from backend.loyalty.ledger.events import RewardRedeemed
from backend.loyalty.ledger.problems import (
    InsufficientPoints,
    InsufficientStamps,
    OtherStoreOnly,
    RewardNotFound,
    RewardUnavailable,
    UnitNotOffered,
)
from backend.loyalty.ledger.schemas import Redemption, RedemptionView
from backend.loyalty.ledger.state import CardState, RewardState
from backend.loyalty.ledger.views import Show, redeemed_at, reward_refusal


@dataclass(slots=True)
class RedeemReward:
    card_id: UUID
    body: Redemption
    kind: str = "redeemed"
    needs_pin: bool = True
    _row: TransactionRow | None = None

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        by_stamps = self.body.unit == "stamps"
        if not (state.program.has_stamps if by_stamps else state.program.has_points):
            raise UnitNotOffered
        if not by_stamps:
            self._reward(state)

    def decide(self, draft: Draft) -> None:
        row = self._stamps(draft) if self.body.unit == "stamps" else self._points(draft)
        draft.touch()
        draft.close(row)
        draft.record(RewardRedeemed(row.card_id, row.id, row.reward_id))
        self._row = row

    def _points(self, draft: Draft) -> TransactionRow:
        state = draft.state
        reward = self._reward(state)
        if reward_refusal(reward, state) in {"out_of_stock", "reward_limit_reached"}:
            raise RewardUnavailable(reason=reward_refusal(reward, state))
        lots = draft.live("points")
        balance = sum(lot.remaining for lot in lots)
        needed = max(reward.points_required, state.terms.minimum_redemption_points)
        if balance < needed:
            raise InsufficientPoints(needed=needed, balance=balance, missing=needed - balance)
        _refuse_elsewhere(reward, state)
        row = draft.transaction(
            "redeemed", "points", -reward.points_required, reward_id=reward.id, notes=self.body.notes
        )
        draft.spend(row, lots, reward.points_required)
        draft.take_reward(reward.id, -1)
        if reward.limit_per_card:
            state.redeemed_counts[reward.id] = state.redeemed_counts.get(reward.id, 0) + 1
        return row

    def _stamps(self, draft: Draft) -> TransactionRow:
        lots = draft.live("stamps")
        target, count = draft.state.terms.stamps_target, sum(lot.remaining for lot in lots)
        if count < target:
            raise InsufficientStamps(needed=target, count=count, missing=target - count)
        _refuse_elsewhere(None, draft.state)
        row = draft.transaction("redeemed", "stamps", -target, notes=self.body.notes)
        draft.spend(row, lots, target)
        return row

    def _reward(self, state: CardState) -> RewardState:
        found = next((reward for reward in state.setup.rewards if reward.id == self.body.reward_id), None)
        if found is None:
            raise RewardNotFound
        return found

    def answer(self, draft: Draft, show: Show) -> tuple[int, RedemptionView]:
        assert self._row is not None, "answered after it was decided"
        reward = show.reward_name(draft.state, self._row.reward_id)
        return 201, RedemptionView(
            transaction=show.transaction(self._row, draft.state, user=draft.origin.user_name, reward=reward),
            card=show.card(draft.state),
            undo_until=self._row.recorded_at + rules.UNDO_WINDOW,
        )


def _refuse_elsewhere(reward: RewardState | None, state: CardState) -> None:
    allowed = redeemed_at(reward, state)
    if state.setup.store.id not in {store.id for store in allowed}:
        raise OtherStoreOnly(stores=", ".join(store.name for store in allowed))
