"""What each line of a card's past asks the ledger to do again."""

from collections.abc import Callable

from msgspec.structs import replace

from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.operations.change_state import DeactivateCard, ReactivateCard
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.operations.hold import ConfirmHold
from backend.loyalty.ledger.operations.redeem import RedeemReward
from backend.loyalty.ledger.operations.restore import RestorePoints
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.operations.void import VoidTransaction
from backend.loyalty.ledger.problems.bookings import InsufficientPoints, InsufficientStamps
from backend.loyalty.ledger.schemas.bookings import Adjustment, Earn, Redemption, Restoration, Stamp
from backend.loyalty.ledger.schemas.cards import Standing
from backend.loyalty.ledger.schemas.holds import Confirmation
from backend.loyalty.ledger.schemas.returns import Void
from backend.loyalty.previews.card_replay import CardReplay, PriceThen, as_unit, nothing
from backend.loyalty.previews.history import PastTransaction
from backend.loyalty.previews.replayed import ReplayedTransaction

AS_IT_WAS = "As it was"


def replay_line(card: CardReplay, line: PastTransaction) -> None:
    if again := OPERATIONS.get(line.kind):
        again(card, line)


def _enroll(card: CardReplay, line: PastTransaction) -> None:
    """The welcome bonus is part of it."""
    terms, program = card.terms(line), card.conditions.program
    if card.conditions.are_past:
        had_bonus = any(other.kind == "welcome_bonus" for other in card.history.lines)
        program = replace(program, type="hybrid" if had_bonus else "stamps")
    setup = card.setup_history.setup_of(card.place(line.store_id), program, terms, None)
    card.replay.enroll(setup, line.recorded_at, line.store_id)


def _earn(card: CardReplay, line: PastTransaction) -> None:
    if line.unit == "stamps":
        card.book_line(line, AddStamp(Stamp(occurred_at=line.occurred_at)).decide)
        return
    refused = card.replay.refusals.total()
    cents = line.purchase_amount_cents or 0
    sale = EarnPoints(Earn(purchase_amount_cents=cents, occurred_at=line.occurred_at))
    booked = card.book_line(line, sale.decide)
    card.below_minimum += not booked and card.replay.refusals.total() == refused


def _redeem(card: CardReplay, line: PastTransaction) -> None:
    quantity = line.quantity or 1
    price = PriceThen(as_unit(line.unit), line.reward_id, -line.amount // quantity)
    if line.hold_id is None or line.hold_id in card.history.allowance_ids:
        wanted = Redemption(price.reward_id, price.unit, quantity)
        card.book_line(line, RedeemReward(wanted, line.occurred_at).decide, price=price)
    elif hold := card.holds.get(line.hold_id):
        card.book_line(line, ConfirmHold(hold.id, Confirmation(quantity)).decide, price=price)
    else:
        refusal = InsufficientStamps if line.unit == "stamps" else InsufficientPoints
        card.replay.refusals[refusal.code] += 1


def _void(card: CardReplay, line: PastTransaction) -> None:
    """What these terms never gave cannot be taken back."""
    booked = card.replay.memory.booked.get(line.voids_id) if line.voids_id else None
    if booked is None:
        return
    operation = VoidTransaction(_part(line, booked))
    target = card.replay.memory.target(booked)
    terms = card.terms(line)
    for row in card.book_line(line, operation.decide, target=target):
        booked.taken_back(row, terms.return_policy)
        card.replay.memory.booked[line.id] = ReplayedTransaction(
            row, terms.points_per_euro, returned=booked, return_policy=terms.return_policy
        )


def _reinstate(card: CardReplay, line: PastTransaction) -> None:
    """What these terms never took back cannot stand again."""
    voided = card.replay.memory.booked.get(line.voids_id) if line.voids_id else None
    if voided is None or voided.returned is None:
        return
    operation = VoidTransaction(Void())
    if rows := card.book_line(line, operation.decide, target=card.replay.memory.target(voided)):
        voided.taken_back(rows[-1], card.terms(line).return_policy)
        voided.returned.stands_again(voided)


def _adjust(card: CardReplay, line: PastTransaction) -> None:
    card.book_line(line, AdjustPoints(Adjustment(line.amount, AS_IT_WAS)).decide)


def _restore(card: CardReplay, line: PastTransaction) -> None:
    restorable = tuple(card.replay.memory.restorable(card.card_id))
    operation = RestorePoints(Restoration(line.amount, AS_IT_WAS), restorable)
    card.book_line(line, operation.decide)


def _expire(card: CardReplay, line: PastTransaction) -> None:
    card.book_line(line, nothing)


def _deactivate(card: CardReplay, line: PastTransaction) -> None:
    card.book_line(line, DeactivateCard(Standing(AS_IT_WAS)).decide)


def _reactivate(card: CardReplay, line: PastTransaction) -> None:
    card.book_line(line, ReactivateCard(Standing(AS_IT_WAS)).decide)


def _part(line: PastTransaction, booked: ReplayedTransaction) -> Void:
    """As much as was taken back then."""
    return Void(
        amount_cents=line.purchase_amount_cents if booked.row.purchase_amount_cents is not None else None,
        quantity=line.quantity if booked.row.quantity is not None else None,
    )


OPERATIONS: dict[str, Callable[[CardReplay, PastTransaction], None]] = {
    "enrolled": _enroll,
    "earned": _earn,
    "redeemed": _redeem,
    "voided": _void,
    "reinstated": _reinstate,
    "adjusted": _adjust,
    "restored": _restore,
    "expired": _expire,
    "deactivated": _deactivate,
    "reactivated": _reactivate,
}
"""By kind. A welcome bonus comes with the enrollment, a transfer with the merge."""
