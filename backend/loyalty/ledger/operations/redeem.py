"""Redeem a reward for points, or the full stamp card: at once, or of what a hold has set aside."""

from dataclasses import dataclass

from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import RewardRedeemed
from backend.loyalty.ledger.offers import Price, check_offer, decide_price
from backend.loyalty.ledger.schemas import Redemption, RedemptionView
from backend.loyalty.ledger.views import Show


def book_redeemed(draft: BookingDraft, price: Price, notes: str | None) -> TransactionRow:
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

    def decide(self, draft: BookingDraft) -> None:
        price = decide_price(self.body, draft)
        self._row = book_redeemed(draft, price, self.body.notes)
        draft.refer(self._row, self.body.order_reference)
        if price.reward_id:
            draft.take_reward(price.reward_id, -price.quantity)

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, RedemptionView]:
        assert self._row is not None, "answered after it was decided"
        return 201, redemption_view(self._row, draft, show)


def redemption_view(row: TransactionRow, draft: BookingDraft, show: Show) -> RedemptionView:
    reward = show.reward_name(draft.state, row.reward_id)
    return RedemptionView(
        transaction=show.transaction(row, draft.state, user=draft.origin.user_name, reward=reward),
        card=show.card(draft.state),
        undo_until=row.recorded_at + rules.UNDO_WINDOW,
    )
