"""Take a sale, a stamp or a redemption back, as a whole."""

from dataclasses import dataclass

from backend.core.origin import Origin
from backend.loyalty.ledger import checks, rules
from backend.loyalty.ledger.booking import Draft, TransactionRow
from backend.loyalty.ledger.events import TransactionVoided
from backend.loyalty.ledger.problems import AlreadySpent, AlreadyVoid, NotVoidable, TransactionNotFound, VoidNotAllowed
from backend.loyalty.ledger.schemas import Void, VoidView
from backend.loyalty.ledger.state import CardState, Target
from backend.loyalty.ledger.views import VOIDABLE, Show


@dataclass(slots=True)
class VoidTransaction:
    body: Void
    by: Origin
    kind: str = "voided"
    needs_pin: bool = True
    _row: TransactionRow | None = None

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if not state.setup.policy.allow_void_transactions:
            raise VoidNotAllowed
        transaction = _target(state).transaction
        if transaction.kind not in VOIDABLE:
            raise NotVoidable
        # Undoing one's own booking of a moment ago is a slip of the finger: it must cost one key.
        is_undo = transaction.user_id == self.by.user_id and self.by.now <= transaction.recorded_at + rules.UNDO_WINDOW
        self.needs_pin = not is_undo

    def decide(self, draft: Draft) -> None:
        target = _target(draft.state)
        if target.is_voided:
            raise AlreadyVoid
        row = _void_redemption(draft, target) if target.transaction.kind == "redeemed" else _void_earn(draft, target)
        row.voids_id = target.transaction.id
        row.reason = self.body.reason
        row.reward_id = target.transaction.reward_id
        draft.close(row)
        draft.record(TransactionVoided(row.card_id, row.id, target.transaction.id))
        self._row = row

    def answer(self, draft: Draft, show: Show) -> tuple[int, VoidView]:
        assert self._row is not None, "answered after it was decided"
        reward = show.text(_target(draft.state).reward, draft.state.setup) or None
        view = show.transaction(self._row, draft.state, user=draft.origin.user_name, reward=reward)
        return 201, VoidView(transactions=[view], card=show.card(draft.state))


def _target(state: CardState) -> Target:
    if state.target is None:
        raise TransactionNotFound
    return state.target


def _void_redemption(draft: Draft, target: Target) -> TransactionRow:
    """Each lot gets back what it paid."""
    given_back = target.transaction
    row = draft.transaction("voided", given_back.unit, -given_back.amount)
    for taken in target.taken:
        draft.give_back(row, taken.lot, taken.amount)
    if given_back.reward_id is not None:
        draft.take_reward(given_back.reward_id, +1)
        draft.state.redeemed_counts[given_back.reward_id] = max(
            0, draft.state.redeemed_counts.get(given_back.reward_id, 0) - 1
        )
    return row


def _void_earn(draft: Draft, target: Target) -> TransactionRow:
    if target.transaction.unit == "stamps":
        return _void_stamp(draft, target)
    amount = _points_to_take_back(draft, target)
    lots = rules.take_back_order(draft.live("points"), target.granted.id if target.granted else None)
    there = min(amount, sum(lot.remaining for lot in lots))
    # Points already spent stay owed, unless the program forgives them.
    owed = amount - there if draft.state.terms.return_policy == "debt" else 0
    row = draft.transaction("voided", "points", -(there + owed))
    draft.spend(row, lots, there)
    draft.card.debt_points += owed
    return row


def _points_to_take_back(draft: Draft, target: Target) -> int:
    """By recomputation under the sale's own terms; what expired unused is gone already."""
    sale = target.transaction
    if sale.purchase_amount_cents is None:
        return sale.amount
    reversal = rules.reverse_accrual(
        sale.purchase_amount_cents, target.points_per_euro, draft.card.carry, earned=sale.amount
    )
    draft.card.carry = reversal.carry
    just_expired = draft.expired_of(target.granted) if target.granted else 0
    return max(0, reversal.points - target.granted_expired - just_expired)


def _void_stamp(draft: Draft, target: Target) -> TransactionRow:
    lots = rules.take_back_order(draft.live("stamps"), target.granted.id if target.granted else None)
    if not lots:
        raise AlreadySpent
    row = draft.transaction("voided", "stamps", -1)
    draft.spend(row, lots, 1)
    draft.state.stamped_at[:] = [at for at in draft.state.stamped_at if at != target.transaction.recorded_at]
    return row
