"""Redeem a reward for points, or the full stamp card: at once, or what was held for it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import RewardRedeemed
from backend.loyalty.ledger.offers import RewardPrice, check_offer, decide_price
from backend.loyalty.ledger.rules.undo import UNDO_WINDOW
from backend.loyalty.ledger.schemas.bookings import Redemption, RedemptionView
from backend.loyalty.ledger.views import Show


def redeem(
    draft: BookingDraft,
    price: RewardPrice,
    *,
    notes: str | None,
    order_reference: str | None = None,
    hold_id: UUID | None = None,
) -> TransactionRow:
    """Spends lots and records what was handed over. The caller changes the reward's stock."""
    line = draft.open_line(price.unit)
    draft.lots.spend(line, draft.lots.live(price.unit), price.amount)
    if price.reward_id:
        counts = draft.state.redeemed_counts
        counts[price.reward_id] = counts.get(price.reward_id, 0) + price.quantity
    draft.touch()
    row = draft.close_order_line(
        line,
        "redeemed",
        -price.amount,
        order_reference=order_reference,
        reward_id=price.reward_id,
        quantity=price.quantity,
        notes=notes,
        hold_id=hold_id,
    )
    draft.record(RewardRedeemed(row.card_id, row.id, row.reward_id))
    return row


@dataclass(frozen=True, slots=True)
class RedeemReward(Operation):
    kind = "redeemed"
    body: Redemption
    occurred_at: datetime | None = None
    """When it was handed over. None: now."""

    def check(self, state: CardState) -> None:
        check_offer(self.body, state)

    def decide(self, draft: BookingDraft) -> Decided:
        draft.occurred_at = self.occurred_at or draft.now
        price = decide_price(self.body, draft)
        row = redeem(draft, price, notes=self.body.notes, order_reference=self.body.order_reference)
        if price.reward_id:
            draft.take_reward(price.reward_id, -price.quantity)
        return Decided((row,))

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> RedemptionView:
        return redemption_view(decided.rows[0], draft, show)


def redemption_view(row: TransactionRow, draft: BookingDraft, show: Show) -> RedemptionView:
    return RedemptionView(
        transaction=show.line(row, draft, reward=show.reward_name(draft.state, row.reward_id)),
        card=show.card(draft.state),
        undo_until=row.recorded_at + UNDO_WINDOW,
    )
