"""Undo a mistaken return: what was sold or handed over counts again, as if nothing had been taken back."""

from datetime import datetime

from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.lots import OpenLine
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.target import Returned, Target
from backend.loyalty.ledger.events import ReturnUndone
from backend.loyalty.ledger.offers import had_of
from backend.loyalty.ledger.problems.bookings import InsufficientStamps, RewardUnavailable
from backend.loyalty.ledger.problems.cards import CardIsFrozen
from backend.loyalty.ledger.problems.returns import StampsTooClose
from backend.loyalty.ledger.rules.accrual import worth_of
from backend.loyalty.ledger.rules.expiry import lot_life
from backend.loyalty.ledger.rules.lots import left_in, take_back_order
from backend.loyalty.ledger.rules.stamps import next_stamp_at


def undo_return(draft: BookingDraft, target: Target, *, reason: str | None) -> TransactionRow:
    """Raises CardIsFrozen, RewardUnavailable or InsufficientStamps for a reward that cannot be handed over again, and
    StampsTooClose for a stamp that cannot be given again."""
    returned = target.returned
    assert returned is not None, "a return has taken something back"
    line = draft.open_line(target.transaction.unit)
    undo = _redeem_again if returned.transaction.kind == "redeemed" else _sell_again
    amount = undo(draft, line, target, returned)
    row = _close(draft, line, target, amount, reason)
    draft.claim_reference(returned.transaction)
    if returned.is_void:
        draft.counted_again.append(returned.transaction)
    draft.record(ReturnUndone(row.card_id, row.id, target.transaction.id))
    return row


def _sell_again(draft: BookingDraft, line: OpenLine, target: Target, returned: Returned) -> int:
    """What was taken goes back into its lots. Debt of the return is cancelled; what was paid of it since is granted."""
    voided = target.transaction
    if voided.unit == "points":
        worth = worth_of(voided.purchase_amount_cents or 0, returned.points_per_euro)
        draft.card.carry += worth - (voided.reversed_points or 0)
    else:
        _stamp_again(draft, returned.transaction.occurred_at)
    owed = -voided.amount - sum(part.amount for part in target.taken)
    paid_since = owed - draft.lots.pay_debt(voided.unit, owed)
    for part in target.taken:
        draft.lots.give_back(line, part.lot, part.amount)
    if paid_since:
        draft.lots.grant(line, paid_since, lot_life(draft.state.terms, draft.moment))
    return -voided.amount


def _stamp_again(draft: BookingDraft, stamped_at: datetime) -> None:
    """Others may have been given since, before it and after it. Raises StampsTooClose."""
    state = draft.state
    if next_stamp_at(state.stamped_at, state.terms_at(stamped_at), stamped_at, state.setup.store.zone):
        raise StampsTooClose
    state.stamped_at.append(stamped_at)
    state.stamped_at.sort(reverse=True)


def _redeem_again(draft: BookingDraft, line: OpenLine, target: Target, _: Returned) -> int:
    """The pieces leave the stock again. Points spent since are owed, unless the program forgives them."""
    if draft.card.frozen_at is not None:
        raise CardIsFrozen
    voided = target.transaction
    lots = take_back_order(draft.lots.live(voided.unit), set(target.granted_ids))
    available = min(voided.amount, left_in(lots))
    missing = voided.amount - available
    if missing and voided.unit == "stamps":
        raise InsufficientStamps(needed=voided.amount, count=available, missing=missing)
    owed = missing if draft.state.terms.return_policy == "debt" else 0
    draft.lots.spend(line, lots, available)
    draft.card.debt_points += owed
    _take_pieces(draft, target)
    return -(available + owed)


def _take_pieces(draft: BookingDraft, target: Target) -> None:
    """Raises RewardUnavailable."""
    reward_id, pieces = target.transaction.reward_id, target.transaction.quantity or 0
    if reward_id is None:
        return
    if target.reward_stock is not None and target.reward_stock < pieces:
        raise RewardUnavailable(reason="out_of_stock")
    if target.reward_limit is not None and had_of(reward_id, draft.state, draft.now) + pieces > target.reward_limit:
        raise RewardUnavailable(reason="reward_limit_reached")
    draft.take_reward(reward_id, -pieces)
    counts = draft.state.redeemed_counts
    counts[reward_id] = counts.get(reward_id, 0) + pieces


def _close(draft: BookingDraft, line: OpenLine, target: Target, amount: int, reason: str | None) -> TransactionRow:
    voided = target.transaction
    return draft.close_line(
        line,
        "reinstated",
        amount,
        voids_id=voided.id,
        reward_id=voided.reward_id,
        reason=reason,
        purchase_amount_cents=voided.purchase_amount_cents,
        quantity=voided.quantity,
        reversed_points=voided.reversed_points,
    )
