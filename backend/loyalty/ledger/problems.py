from collections.abc import Sequence
from uuid import UUID

from backend.core.idempotency import ask_at
from backend.core.problems import Problem
from backend.loyalty.cards import code
from backend.loyalty.ledger.booking.target import TargetCard
from i18n.bidi import isolated
from i18n.translator import N_, NN_


class CardNotFound(Problem):
    code, status = "card_not_found", 404
    title = N_("No card matches")
    detail = N_("Check the code, or enroll the customer.")


class TransactionNotFound(Problem):
    code, status = "not_found", 404
    title = N_("There is no such transaction")


class CardInactive(Problem):
    code, status = "card_inactive", 409
    title = N_("This card is not active")
    detail = N_("Nothing can be recorded on it. The owner can reactivate it.")


class CardGoesOn(CardInactive):
    """It was merged."""

    title = N_("This card was merged into another")
    detail = N_("The customer’s card is %(merged_into)s now. Open that one.")


class ProgramInactive(Problem):
    code, status = "program_inactive", 409
    title = N_("The program is closed")
    detail = N_("Nothing can be recorded until the owner opens it again.")


class UnitNotOffered(Problem):
    code, status = "unit_not_offered", 409
    title = N_("The program does not offer this")
    detail = N_("This program collects only stamps, or only points.")


class StampCooldown(Problem):
    code, status, is_remembered = "stamp_cooldown", 409, True
    title = N_("Too early for another stamp")
    detail = N_("Next stamp at %(retry_at)s.")


class DailyStampLimit(Problem):
    code, status, is_remembered = "daily_stamp_limit", 409, True
    title = N_("No more stamps today")
    detail = NN_(
        "%(limit)s of %(limit)s stamp was given today. The next one is possible tomorrow.",
        "%(limit)s of %(limit)s stamps were given today. The next one is possible tomorrow.",
    )
    counted = "limit"


class StampsTooClose(StampCooldown):
    """A returned stamp would be given again."""

    title = N_("This stamp cannot be given again")
    detail = N_("Meanwhile the card got another, and both together are more than the program allows at that time.")


class InsufficientPoints(Problem):
    code, status, is_remembered = "insufficient_points", 409, True
    title = N_("Not enough points")
    detail = NN_(
        "%(missing)s point is missing: the balance is %(balance)s.",
        "%(missing)s points are missing: the balance is %(balance)s.",
    )
    counted = "missing"


class InsufficientStamps(Problem):
    code, status, is_remembered = "insufficient_stamps", 409, True
    title = N_("The stamp card is not full yet")
    detail = NN_("%(missing)s stamp is missing.", "%(missing)s stamps are missing.")
    counted = "missing"


class RewardNotFound(Problem):
    code, status = "reward_not_found", 404
    title = N_("There is no such reward")


class RewardUnavailable(Problem):
    code, status, is_remembered = "reward_unavailable", 409, True
    title = N_("This reward is not available")
    detail = N_("It is out of stock, or this card has had it as often as allowed.")


class OtherStoreOnly(Problem):
    code, status, is_remembered = "other_store_only", 409, True
    title = N_("Not at this store")
    detail = N_("This can be redeemed at %(stores)s.")


class LimitReached(Problem):
    code, status, is_remembered = "limit_reached", 409, True
    title = N_("A limit against fraud is reached")
    detail = N_("This is possible again on %(retry_on)s at %(retry_at)s, or the owner lifts the limit with a PIN.")


class LimitExceeded(LimitReached):
    """The booking alone is more than the limit."""

    detail = N_("This is more than the limit of %(maximum)s allows at any time. The owner can lift it with a PIN.")


class UndoneOverLimit(LimitReached):
    """What was returned would count toward it again."""

    detail = N_(
        "With what was returned, the limit of %(maximum)s would be exceeded. Record the sale or the reward as new: "
        "then the owner can lift the limit with a PIN."
    )


class OverrideRefused(Problem):
    code, status = "override_refused", 403
    title = N_("This person may not lift limits")
    detail = N_("Enter the email address of the owner, or of somebody who may change the program.")


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


class OrderReferenceAmbiguous(Problem):
    code, status = "order_reference_ambiguous", 409
    title = N_("Several stores have this receipt number")
    detail = N_("Find the sale in the card’s history and void it there.")


class OrderOnSeveralCards(Problem):
    code, status = "order_on_several_cards", 409
    title = N_("This receipt was recorded on several cards")
    detail = N_("Void it in the history of each card: %(customers)s.")

    def __init__(self, cards: Sequence[TargetCard]) -> None:
        named = [(card.customer.name if card.customer else "–", code.show(card.code)) for card in cards]
        facts = [
            {"card_id": card.id, "code": card.code, "customer": name}
            for card, (name, _) in zip(cards, named, strict=True)
        ]
        super().__init__(cards=facts, customers=", ".join(f"{isolated(name)} ({number})" for name, number in named))


class OrderChanged(Problem):
    code, status = "order_changed", 409
    title = N_("This receipt has changed since it was shown")
    detail = N_("Its number belongs to another transaction now, or part of it was voided. Nothing was voided just now.")


class HoldNotFound(Problem):
    code, status = "hold_not_found", 404
    title = N_("Nothing is set aside under this number")


class HoldSettled(Problem):
    code, status, is_remembered = "hold_settled", 409, True
    title = N_("This was already settled")
    detail = N_("It was confirmed or released, or it expired. The card’s history shows whether it was redeemed.")


class HoldExceeded(Problem):
    code, status, is_remembered = "hold_exceeded", 409, True
    title = N_("That is more than was set aside")


class CardIsFrozen(Problem):
    code, status = "card_frozen", 409
    title = N_("This card is being checked")
    detail = N_(
        "There is a discrepancy in this card’s history. Points can still be earned; rewards are on hold until we "
        "have checked it."
    )


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


class CategoryRequired(Problem):
    code, status = "CATEGORY_REQUIRED", 422
    title = N_("Choose a category")


class CategoryUnknown(Problem):
    code, status = "category_unknown", 422
    title = N_("This category does not belong to this store")


class OrderReferenceRequired(Problem):
    code, status = "order_reference_required", 422
    title = N_("Enter the receipt number")


class OrderReferenceUsed(Problem):
    code, status = "order_reference_used", 409
    title = N_("This receipt number was already recorded")


class OccurredAtRefused(Problem):
    code, status = "occurred_at_refused", 422
    title = N_("The time of the sale is out of range")
    detail = N_("It may be at most 72 hours ago and 5 minutes ahead.")


class AlreadyBooked(Problem):
    code, status = "already_booked", 409
    title = N_("This was already recorded")
    detail = N_("It is so long ago that the answer is not kept any more. The card’s history shows it.")

    def __init__(self, key: str, transaction_id: UUID | None) -> None:
        """`transaction_id`: what the first request booked."""
        super().__init__(transaction_id=transaction_id, ask_at=ask_at(key))


class BalanceBelowZero(Problem):
    code, status, is_remembered = "balance_below_zero", 409, True
    title = N_("The balance cannot go below zero")
    detail = NN_("Only %(balance)s point can be deducted.", "Only %(balance)s points can be deducted.")
    counted = "balance"


class RestoreExceedsExpired(Problem):
    code, status, is_remembered = "restore_exceeds_expired", 409, True
    title = N_("That is more than has expired")
    detail = NN_(
        "Only %(restorable)s point of this card has expired and was not restored yet.",
        "Only %(restorable)s points of this card have expired and were not restored yet.",
    )
    counted = "restorable"


class CardActive(Problem):
    code, status = "card_active", 409
    title = N_("This card is active already")


class CardMergedAway(Problem):
    code, status = "card_merged", 409
    title = N_("This card was merged into another")
    detail = N_("The customer’s card is %(merged_into)s now. Open that one.")


class CardMergedLately(CardMergedAway):
    """The merge can still be undone."""

    detail = N_(
        "The customer’s card is %(merged_into)s now. To use this one again, undo the merge: that is possible until "
        "%(until)s."
    )


class CardReplacedBefore(Problem):
    code, status = "card_replaced", 409
    title = N_("This card was replaced")
    detail = N_("It got a new code; this one is refused since %(since)s. Find the customer by name or email.")


class CardHasHolds(Problem):
    code, status, is_remembered = "card_has_holds", 409, True
    title = N_("Something is set aside on the card")
    detail = N_("Confirm or release it first, or wait ten minutes.")


class StoresKeptApart(Problem):
    code, status = "stores_kept_apart", 409
    title = N_("These cards belong to different stores")
    detail = N_("The merchant keeps its stores apart: points of one are not moved to another.")


class MergeNotFound(Problem):
    code, status = "merge_not_found", 404
    title = N_("There is no such merge")


class MergeUndone(Problem):
    code, status, is_remembered = "merge_undone", 409, True
    title = N_("This merge was already undone")


class MergeFinal(Problem):
    code, status, is_remembered = "merge_final", 409, True
    title = N_("This merge cannot be undone any more")
    detail = N_("That was possible until %(until)s.")


class CustomerHasCard(Problem):
    code, status = "customer_has_card", 409
    title = N_("The customer has another card in use")
    detail = N_("Only one of them can be in use at a time.")


class CardBusy(Problem):
    code, status = "request_in_progress", 409
    title = N_("Another transaction is in progress on this card")
    detail = N_("Press again. It will only be recorded once.")
    headers = {"Retry-After": "1"}  # noqa: RUF012 - a Mapping that nobody changes
