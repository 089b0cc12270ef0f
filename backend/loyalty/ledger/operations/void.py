"""Take a sale, a stamp or a redemption back, as a whole or in part, by transaction or by the order's reference; or undo
a return."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.card import LotState
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.lots import OpenLine
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.booking.target import Target
from backend.loyalty.ledger.events import TransactionVoided
from backend.loyalty.ledger.operations.undo_return import undo_return
from backend.loyalty.ledger.problems.returns import (
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
from backend.loyalty.ledger.rules.accrual import reverse_accrual
from backend.loyalty.ledger.rules.lots import give_back, left_in, take_back_order
from backend.loyalty.ledger.rules.undo import UNDO_WINDOW, VOIDABLE
from backend.loyalty.ledger.schemas.returns import Void, VoidView
from backend.loyalty.ledger.views import Show
from i18n.translator import N_


@dataclass(frozen=True, slots=True)
class VoidTransaction(Operation):
    kind = "voided"
    body: Void
    expected_ids: Collection[UUID] | None = None
    """The transactions of an order that its preview showed; None takes back all that have its number."""

    def check(self, state: CardState) -> None:
        if not state.targets:
            raise TransactionNotFound
        # Before anything is told about whose order it is.
        checks.check_place(state)
        if state.target_stores > 1:
            raise OrderReferenceAmbiguous
        if len(state.target_cards) > 1:
            raise OrderOnSeveralCards(state.target_cards)
        checks.check_card(state)
        if not state.setup.policy.allow_void_transactions:
            raise VoidNotAllowed
        if any(target.transaction.kind not in VOIDABLE for target in state.targets):
            raise NotVoidable

    def needs_pin(self, state: CardState, origin: Origin) -> bool:
        """Undoing what the same sign-in booked a moment ago is a slip of the finger: it costs one key press."""
        return not all(_is_undo(target, origin) for target in state.targets)

    def decide(self, draft: BookingDraft) -> Decided:
        """A part of an order is a part of its sale; the whole order is everything booked for it.

        A redemption is voided first: the sale's own points may have paid for it. Undone, it goes last.
        """
        targets = sorted(self._targets(draft.state), key=_turn)
        return Decided(tuple(self._decide_target(draft, target) for target in targets))

    def _decide_target(self, draft: BookingDraft, target: Target) -> TransactionRow:
        if target.returned:
            return undo_return(draft, target, reason=self.body.reason)
        return self._take_back(draft, target)

    def _targets(self, state: CardState) -> list[Target]:
        """Raises AlreadyVoid when nothing is left, ValidationFailed for a part of something that has no such parts."""
        parts = self.body.amount_cents is not None, self.body.quantity is not None
        suiting = [target for target in state.targets if parts == (False, False) or parts == _parts_of(target)]
        if not suiting:
            pointer = "/amount_cents" if parts[0] else "/quantity"
            raise ValidationFailed(
                FieldError(pointer, "no_parts", N_("Void the whole: parts like this are not possible."))
            )
        left = [target for target in suiting if not target.is_void]
        if not left:
            raise ReturnAlreadyUndone if all(target.returned for target in suiting) else AlreadyVoid
        if self.expected_ids is not None and set(self.expected_ids) != {target.transaction.id for target in left}:
            raise OrderChanged
        return left

    def _take_back(self, draft: BookingDraft, target: Target) -> TransactionRow:
        voids: dict[tuple[str, str], Callable[[BookingDraft, Target], TransactionRow]] = {
            ("earned", "points"): self._void_sale,
            ("earned", "stamps"): self._void_stamp,
        }
        row = voids.get((target.transaction.kind, target.transaction.unit), self._void_redemption)(draft, target)
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
        line = draft.open_line(booked.unit)
        lots = {part.lot.id: part.lot for part in target.taken}
        paid = [(part.lot.id, part.amount) for part in target.taken]
        for part in give_back(paid, target.given_back, amount):
            draft.lots.give_back(line, lots[part.lot_id], part.amount)
        if booked.reward_id is not None:
            draft.take_reward(booked.reward_id, quantity)
            counts = draft.state.redeemed_counts
            counts[booked.reward_id] = max(0, counts.get(booked.reward_id, 0) - quantity)
        return self._close(draft, line, target, amount, quantity=quantity)

    def _void_sale(self, draft: BookingDraft, target: Target) -> TransactionRow:
        """Takes the sale's own lots first. Points already spent are owed, unless the program forgives them."""
        sale = target.transaction
        cents = self.body.amount_cents or target.left_cents
        if cents > target.left_cents:
            raise ReturnExceedsSale(left=target.left_cents)
        left = sale.amount - target.reversed_points
        reversal = reverse_accrual(cents, target.points_per_euro, draft.card.carry, left)
        draft.card.carry = reversal.carry
        # What expired unused is gone already.
        expired = target.granted_expired + draft.lots.expired_of(target.granted_ids)
        points = min(reversal.points, max(0, left - expired))
        line, lots = draft.open_line("points"), _lots_of(draft, target)
        available = min(points, left_in(lots))
        owed = points - available if draft.state.terms.return_policy == "debt" else 0
        draft.lots.spend(line, lots, available)
        draft.card.debt_points += owed
        amount = -(available + owed)
        return self._close(draft, line, target, amount, purchase_amount_cents=cents, reversed_points=reversal.points)

    def _void_stamp(self, draft: BookingDraft, target: Target) -> TransactionRow:
        lots = _lots_of(draft, target)
        if not lots:
            raise AlreadySpent
        line = draft.open_line("stamps")
        draft.lots.spend(line, lots, 1)
        draft.state.stamped_at[:] = [at for at in draft.state.stamped_at if at != target.transaction.occurred_at]
        return self._close(draft, line, target, -1)

    def _close(
        self, draft: BookingDraft, line: OpenLine, target: Target, amount: int, **details: int
    ) -> TransactionRow:
        voided = target.transaction
        return draft.close_line(
            line,
            "voided",
            amount,
            voids_id=voided.id,
            reward_id=voided.reward_id,
            reason=self.body.reason,
            **details,
        )

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> VoidView:
        rewards = {target.transaction.id: target.reward for target in draft.state.targets}
        views = [
            show.line(row, draft, reward=show.text(rewards[row.voids_id], draft.state.setup) or None)
            for row in decided.rows
            if row.voids_id is not None
        ]
        return VoidView(transactions=views, card=show.card(draft.state))


def _is_undo(target: Target, origin: Origin) -> bool:
    """The same person who signed in at another till has not made the slip."""
    booked, here = target.transaction, origin.sign_in_id
    return here is not None and booked.sign_in_id == here and origin.now <= booked.recorded_at + UNDO_WINDOW


def _turn(target: Target) -> bool:
    return target.returned.transaction.kind == "redeemed" if target.returned else target.transaction.kind != "redeemed"


def _parts_of(target: Target) -> tuple[bool, bool]:
    """Whether it can be taken back by amount, and by pieces. A return is undone whole."""
    if target.returned:
        return False, False
    return target.transaction.purchase_amount_cents is not None, target.transaction.quantity is not None


def _lots_of(draft: BookingDraft, target: Target) -> list[LotState]:
    """The lots to take a sale's points or stamps from, its own first."""
    return take_back_order(draft.lots.live(target.transaction.unit), set(target.granted_ids))
