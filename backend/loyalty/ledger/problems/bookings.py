"""Of what is booked: sales, stamps, rewards, corrections."""

from datetime import datetime
from uuid import UUID

from backend.core.idempotency import ask_at
from backend.core.problems import Problem
from i18n.translator import N_, NN_


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
    retry_at: datetime
    """When it is possible again, in local time with its offset; null when never."""


class DailyStampLimit(Problem):
    code, status, is_remembered = "daily_stamp_limit", 409, True
    title = N_("No more stamps today")
    detail = NN_(
        "%(limit)s of %(limit)s stamp was given today. The next one is possible tomorrow.",
        "%(limit)s of %(limit)s stamps were given today. The next one is possible tomorrow.",
    )
    counted = "limit"
    limit: int
    """Stamps that the program allows a day."""
    retry_at: datetime
    """When it is possible again, in local time with its offset; null when never."""


class InsufficientPoints(Problem):
    code, status, is_remembered = "insufficient_points", 409, True
    title = N_("Not enough points")
    detail = NN_(
        "%(missing)s point is missing: the balance is %(balance)s.",
        "%(missing)s points are missing: the balance is %(balance)s.",
    )
    counted = "missing"
    needed: int
    """Points or stamps that are needed."""
    balance: int
    """Points on the card that can be spent."""
    missing: int
    """Points or stamps that are missing."""


class InsufficientStamps(Problem):
    code, status, is_remembered = "insufficient_stamps", 409, True
    title = N_("The stamp card is not full yet")
    detail = NN_("%(missing)s stamp is missing.", "%(missing)s stamps are missing.")
    counted = "missing"
    needed: int
    """Points or stamps that are needed."""
    count: int
    """Stamps on the card."""
    missing: int
    """Points or stamps that are missing."""


class RewardUnavailable(Problem):
    code, status, is_remembered = "reward_unavailable", 409, True
    title = N_("This reward is not available")
    detail = N_("It is out of stock, or this card has had it as often as allowed.")
    reason: str
    """`out_of_stock`, `reward_limit_reached` or `other_store`."""


class OtherStoreOnly(Problem):
    code, status, is_remembered = "other_store_only", 409, True
    title = N_("Not at this store")
    detail = N_("This can be redeemed at %(stores)s.")
    stores: list[str]
    """Names of the stores where it is possible."""


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
    transaction_id: UUID | None
    """What the first request booked."""
    ask_at: str
    """The address that tells the outcome of that request."""

    def __init__(self, key: str, transaction_id: UUID | None) -> None:
        """`transaction_id`: what the first request booked."""
        super().__init__(transaction_id=transaction_id, ask_at=ask_at(key))


class BalanceBelowZero(Problem):
    code, status, is_remembered = "balance_below_zero", 409, True
    title = N_("The balance cannot go below zero")
    detail = NN_("Only %(balance)s point can be deducted.", "Only %(balance)s points can be deducted.")
    counted = "balance"
    balance: int
    """Points on the card that can be spent."""


class RestoreExceedsExpired(Problem):
    code, status, is_remembered = "restore_exceeds_expired", 409, True
    title = N_("That is more than has expired")
    detail = NN_(
        "Only %(restorable)s point of this card has expired and was not restored yet.",
        "Only %(restorable)s points of this card have expired and were not restored yet.",
    )
    counted = "restorable"
    restorable: int
    """Points that have expired and were not restored yet."""
