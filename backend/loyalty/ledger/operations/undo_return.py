"""Undo a mistaken return: what was sold or handed over stands again, as if nothing had been taken back."""

from datetime import datetime

from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import Returned, Target
from backend.loyalty.ledger.events import ReturnUndone
from backend.loyalty.ledger.offers import had_of
from backend.loyalty.ledger.problems import CardFrozen, InsufficientStamps, RewardUnavailable, StampsTooClose


def undo_return(draft: BookingDraft, target: Target) -> TransactionRow:
    """Raises CardFrozen, RewardUnavailable or InsufficientStamps for a reward that cannot be handed over again, and
    StampsTooClose for a stamp that cannot be given again."""
    returned = target.returned
    assert returned is not None, "a return has taken something back"
    acts = {"redeemed": _redeem_again}
    row = acts.get(returned.transaction.kind, _sell_again)(draft, target, returned)
    draft.claim_reference(returned.transaction)
    if returned.is_void:
        draft.standing_again.append(returned.transaction)
    draft.record(ReturnUndone(row.card_id, row.id, target.transaction.id))
    return row


def _sell_again(draft: BookingDraft, target: Target, returned: Returned) -> TransactionRow:
    """What was taken goes back into its lots; what was owed for it is owed no more, or comes as new points."""
    voided = target.transaction
    row = _row(draft, target, -voided.amount)
    if voided.unit == "points":
        worth = rules.worth_of(voided.purchase_amount_cents or 0, returned.points_per_euro)
        draft.card.carry += worth - (voided.reversed_points or 0)
    else:
        _give_again(draft, returned.transaction.occurred_at)
    owed = -voided.amount - sum(taken.amount for taken in target.taken)
    paid_since = owed - draft.pay_debt(voided.unit, owed)
    for taken in target.taken:
        draft.give_back(row, taken.lot, taken.amount)
    if paid_since:
        draft.grant(row, paid_since, rules.lot_life(draft.state.terms, draft.moment))
    return row


def _give_again(draft: BookingDraft, stamped_at: datetime) -> None:
    """Others may have been given since, before it and after it."""
    state = draft.state
    if rules.next_stamp_at(state.stamped_at, state.terms_at(stamped_at), stamped_at, state.setup.store.zone):
        raise StampsTooClose
    state.stamped_at.append(stamped_at)
    state.stamped_at.sort(reverse=True)


def _redeem_again(draft: BookingDraft, target: Target, _: Returned) -> TransactionRow:
    """The pieces leave the stock again. Points spent meanwhile are owed, unless the program forgives them."""
    if draft.card.frozen_at is not None:
        raise CardFrozen
    voided = target.transaction
    lots = rules.take_back_order(draft.live(voided.unit), set(target.granted_ids))
    there = min(voided.amount, rules.left_in(lots))
    missing = voided.amount - there
    if missing and voided.unit == "stamps":
        raise InsufficientStamps(needed=voided.amount, count=there, missing=missing)
    owed = missing if draft.state.terms.return_policy == "debt" else 0
    row = _row(draft, target, -(there + owed))
    draft.spend(row, lots, there)
    draft.card.debt_points += owed
    _take_pieces(draft, target)
    return row


def _take_pieces(draft: BookingDraft, target: Target) -> None:
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


def _row(draft: BookingDraft, target: Target, amount: int) -> TransactionRow:
    voided = target.transaction
    return draft.transaction(
        "reinstated",
        voided.unit,
        amount,
        purchase_amount_cents=voided.purchase_amount_cents,
        quantity=voided.quantity,
        reversed_points=voided.reversed_points,
    )
