"""Take a sale, a stamp or a redemption back, as a whole or in part, by transaction or by the order's reference; or undo
a return."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import CardState, Target
from backend.loyalty.ledger.events import TransactionVoided
from backend.loyalty.ledger.operations.undo_return import undo_return
from backend.loyalty.ledger.problems import (
    AlreadySpent,
    AlreadyVoid,
    NotVoidable,
    OrderChanged,
    OrderOnSeveralCards,
    OrderReferenceAmbiguous,
    ReturnAlreadyUndone,
    ReturnExceedsSale,
    TransactionNotFound,
    VoidNotAllowed,
)
from backend.loyalty.ledger.schemas import Void, VoidView
from backend.loyalty.ledger.views import Show


@dataclass(slots=True)
class VoidTransaction:
    body: Void
    by: Origin
    seen: Collection[UUID] | None = None
    """What was shown of an order; None takes back whatever has its number."""
    kind: str = "voided"
    needs_pin: bool = True

    def check(self, state: CardState) -> None:
        if not state.targets:
            raise TransactionNotFound
        # Before anything is said of whose the order is.
        checks.check_feature(state.setup)
        checks.check_place(state)
        if state.target_stores > 1:
            raise OrderReferenceAmbiguous
        if len(state.target_cards) > 1:
            raise OrderOnSeveralCards(state.target_cards)
        checks.check_card(state)
        if not state.setup.policy.allow_void_transactions:
            raise VoidNotAllowed
        if any(target.transaction.kind not in rules.VOIDABLE for target in state.targets):
            raise NotVoidable
        # Undoing this till's booking of a moment ago is a slip of the finger: it must cost one key.
        self.needs_pin = not all(self._is_undo(target) for target in state.targets)

    def _is_undo(self, target: Target) -> bool:
        """The same person at another till has not made the slip."""
        booked, here = target.transaction, self.by.sign_in_id
        return here is not None and booked.sign_in_id == here and self.by.now <= booked.recorded_at + rules.UNDO_WINDOW

    def decide(self, draft: BookingDraft) -> None:
        """A part of an order is a part of its sale; the whole order is everything booked for it.

        What was redeemed comes back first: the sale's own points may have paid for it. Undone, it goes last.
        """
        for target in sorted(self._targets(draft.state), key=_turn):
            row = undo_return(draft, target) if target.returned else self._take_back(draft, target)
            row.voids_id = target.transaction.id
            row.reason = self.body.reason
            row.reward_id = target.transaction.reward_id
            draft.close(row)

    def _targets(self, state: CardState) -> list[Target]:
        """Raises AlreadyVoid when nothing is left, ValidationFailed for a part of something that has no such parts."""
        parts = self.body.amount_cents is not None, self.body.quantity is not None
        suiting = [target for target in state.targets if parts == (False, False) or parts == _parts_of(target)]
        if not suiting:
            pointer = "/amount_cents" if parts[0] else "/quantity"
            raise ValidationFailed(FieldError(pointer, "no_parts", "This cannot be taken back in such parts."))
        left = [target for target in suiting if not target.is_void]
        if not left:
            raise ReturnAlreadyUndone if all(target.returned for target in suiting) else AlreadyVoid
        if self.seen is not None and set(self.seen) != {target.transaction.id for target in left}:
            raise OrderChanged
        return left

    def _take_back(self, draft: BookingDraft, target: Target) -> TransactionRow:
        acts: dict[tuple[str, str], Callable[[BookingDraft, Target], TransactionRow]] = {
            ("earned", "points"): self._void_sale,
            ("earned", "stamps"): _void_stamp,
        }
        row = acts.get((target.transaction.kind, target.transaction.unit), self._void_redemption)(draft, target)
        if row.purchase_amount_cents in {None, target.left_cents} and row.quantity in {None, target.left_quantity}:
            draft.free_reference(target.transaction)
        draft.record(TransactionVoided(row.card_id, row.id, target.transaction.id))
        return row

    def _void_redemption(self, draft: BookingDraft, target: Target) -> TransactionRow:
        """Each lot gets back what it paid, for as many pieces as come back."""
        booked = target.transaction
        quantity = self.body.quantity or target.left_quantity
        if quantity > target.left_quantity:
            raise ReturnExceedsSale(left=target.left_quantity)
        amount = -booked.amount // (booked.quantity or 1) * quantity
        row = draft.transaction("voided", booked.unit, amount, quantity=quantity)
        lots = {taken.lot.id: taken.lot for taken in target.taken}
        paid = [(taken.lot.id, taken.amount) for taken in target.taken]
        for part in rules.give_back(paid, target.given_back, amount):
            draft.give_back(row, lots[part.lot_id], part.amount)
        if booked.reward_id is not None:
            draft.take_reward(booked.reward_id, quantity)
            counts = draft.state.redeemed_counts
            counts[booked.reward_id] = max(0, counts.get(booked.reward_id, 0) - quantity)
        return row

    def _void_sale(self, draft: BookingDraft, target: Target) -> TransactionRow:
        sale = target.transaction
        cents = self.body.amount_cents or target.left_cents
        if cents > target.left_cents:
            raise ReturnExceedsSale(left=target.left_cents)
        left = sale.amount - target.reversed_points
        reversal = rules.reverse_accrual(cents, target.points_per_euro, draft.card.carry, left)
        draft.card.carry = reversal.carry
        # What expired unused is gone already.
        expired = target.granted_expired + draft.expired_of(target.granted_ids)
        owed = min(reversal.points, max(0, left - expired))
        row = _take_points(draft, target, owed)
        row.purchase_amount_cents, row.reversed_points = cents, reversal.points
        return row

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, VoidView]:
        state, user = draft.state, draft.origin.user_name
        targets = {target.transaction.id: target for target in state.targets}
        views = [
            show.transaction(row, state, user=user, reward=show.text(targets[row.voids_id].reward, state.setup) or None)
            for row in draft.transactions
            if row.voids_id in targets
        ]
        return 201, VoidView(transactions=views, card=show.card(state))


def _turn(target: Target) -> bool:
    return target.returned.transaction.kind == "redeemed" if target.returned else target.transaction.kind != "redeemed"


def _parts_of(target: Target) -> tuple[bool, bool]:
    """Whether it can be taken back by amount, and by pieces. A return is undone whole."""
    if target.returned:
        return False, False
    return target.transaction.purchase_amount_cents is not None, target.transaction.quantity is not None


def _take_points(draft: BookingDraft, target: Target, points: int) -> TransactionRow:
    """From the sale's own lots first. Points already spent stay owed, unless the program forgives them."""
    lots = rules.take_back_order(draft.live("points"), set(target.granted_ids))
    there = min(points, rules.left_in(lots))
    owed = points - there if draft.state.terms.return_policy == "debt" else 0
    row = draft.transaction("voided", "points", -(there + owed))
    draft.spend(row, lots, there)
    draft.card.debt_points += owed
    return row


def _void_stamp(draft: BookingDraft, target: Target) -> TransactionRow:
    lots = rules.take_back_order(draft.live("stamps"), set(target.granted_ids))
    if not lots:
        raise AlreadySpent
    row = draft.transaction("voided", "stamps", -1)
    draft.spend(row, lots, 1)
    draft.state.stamped_at[:] = [at for at in draft.state.stamped_at if at != target.transaction.occurred_at]
    return row
