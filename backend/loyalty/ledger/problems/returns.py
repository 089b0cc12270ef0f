"""Of taking back what was booked, by transaction or by receipt."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.problems import Problem
from backend.core.schemas import Answer
from backend.loyalty.cards import code
from backend.loyalty.ledger.booking.target import TargetCard
from backend.loyalty.ledger.problems.bookings import StampCooldown
from i18n.bidi import isolated
from i18n.translator import N_


class TransactionNotFound(Problem):
    code, status = "not_found", 404
    title = N_("There is no such transaction")


class StampsTooClose(StampCooldown):
    """A returned stamp would be given again."""

    title = N_("This stamp cannot be given again")
    detail = N_("Meanwhile the card got another, and both together are more than the program allows at that time.")


class AlreadyVoid(Problem):
    code, status, is_remembered = "already_void", 409, True
    title = N_("This was already voided")


class ReturnAlreadyUndone(AlreadyVoid):
    """What was to be voided is a return."""

    title = N_("This return was already undone")


class ReturnExceedsSale(Problem):
    code, status, is_remembered = "return_exceeds_sale", 409, True
    title = N_("That is more than can still be voided")
    detail = N_("Part of it was already voided. See the card’s history.")
    left: int
    """What can still be voided: cents of a sale, or a number of stamps or rewards."""


class OrderReferenceAmbiguous(Problem):
    code, status = "order_reference_ambiguous", 409
    title = N_("Several stores have this receipt number")
    detail = N_("Find the sale in the card’s history and void it there.")


class CardOfOrder(Answer):
    """A card on which a part of the order was recorded."""

    card_id: Annotated[UUID, Meta(description="Id of the card.")]
    code: Annotated[str, Meta(description="Code of the card.")]
    customer: Annotated[str, Meta(description="The customer's name.")]


class OrderOnSeveralCards(Problem):
    code, status = "order_on_several_cards", 409
    title = N_("This receipt was recorded on several cards")
    detail = N_("Void it in the history of each card: %(customers)s.")
    cards: list[CardOfOrder]
    """Cards on which parts of the order were recorded."""
    customers: str
    """Names and card codes of `cards`, as one text."""

    def __init__(self, cards: Sequence[TargetCard]) -> None:
        named = [(card.customer.name if card.customer else "–", code.show(card.code)) for card in cards]
        facts = [CardOfOrder(card.id, card.code, name) for card, (name, _) in zip(cards, named, strict=True)]
        super().__init__(cards=facts, customers=", ".join(f"{isolated(name)} ({number})" for name, number in named))


class OrderChanged(Problem):
    code, status = "order_changed", 409
    title = N_("This receipt has changed since it was shown")
    detail = N_("Its number belongs to another transaction now, or part of it was voided. Nothing was voided just now.")


class NotVoidable(Problem):
    code, status = "not_voidable", 409
    title = N_("This transaction cannot be voided")
    detail = N_("Only sales, stamps, redemptions and returns can.")


class AlreadySpent(Problem):
    code, status, is_remembered = "already_spent", 409, True
    title = N_("Already spent")
    detail = N_("The stamp was used for a reward. Void the reward first.")


class VoidNotAllowed(Problem):
    code, status = "void_not_allowed", 403
    title = N_("Voiding is turned off")
    detail = N_("The merchant’s policy does not allow it.")
