"""Which refusals wait for a person, and which are final."""

from typing import Literal

from i18n.translator import N_

ReviewReason = Literal[
    "device_revoked",
    "unreadable",
    "no_grant",
    "grant_expired",
    "grant_exceeded",
    "not_allowed_offline",
    "person",
    "wrong_pin",
    "pin_locked",
    "clock",
    "too_old",
    "limit",
    "card",
    "closed",
    "conflict",
    "no_allowance",
    "allowance",
    "balance",
    "reward",
    "depends",
    "unfinished",
    "failed",
]
SENTENCES: dict[str, str] = {
    "device_revoked": N_("The tablet was revoked before it handed this in."),
    "unreadable": N_("It was not sealed for this server."),
    "no_grant": N_("Nobody had entered their PIN on the tablet."),
    "grant_expired": N_("It happened outside the hours for which the PIN was valid."),
    "grant_exceeded": N_("More was done offline than the tablet is allowed to do."),
    "not_allowed_offline": N_("The tablet may not do this offline."),
    "person": N_("The person may no longer do this at the store."),
    "wrong_pin": N_("The PIN entered offline was wrong."),
    "pin_locked": N_("Too many wrong PINs were entered offline."),
    "clock": N_("The tablet’s clock was wrong: it would have happened in the future."),
    "too_old": N_("It arrived too long after it happened."),
    "limit": N_("It is above a limit."),
    "card": N_("The card was merged, deactivated, erased or frozen."),
    "closed": N_("The program was closed when it arrived."),
    "conflict": N_("It contradicts what was recorded meanwhile."),
    "no_allowance": N_("Nothing had been set aside for it on the tablet."),
    "allowance": N_("It is more than was set aside for the tablet, or it happened outside the time for that."),
    "balance": N_("The card had too few points or stamps left when it arrived."),
    "reward": N_("The reward could not be redeemed any more when it arrived."),
    "depends": N_("It belongs to another operation that waits here."),
    "unfinished": N_("The upload was interrupted."),
    "failed": N_("Recording it failed."),
}
WAITING: dict[str, ReviewReason] = {
    "limit_reached": "limit",
    "stamp_cooldown": "limit",
    "daily_stamp_limit": "limit",
    "card_merged": "card",
    "card_inactive": "card",
    "program_inactive": "closed",
    "feature_disabled": "closed",
    "order_reference_used": "conflict",
    "category_unknown": "conflict",
    "occurred_at_refused": "too_old",
    "not_booked_here": "not_allowed_offline",
    "allowance_missing": "no_allowance",
    "allowance_exceeded": "allowance",
    "insufficient_points": "balance",
    "insufficient_stamps": "balance",
    "reward_unavailable": "reward",
    "reward_not_found": "reward",
    "other_store_only": "reward",
    "card_frozen": "card",
}
"""By the code of the problem. What is not among them can never be booked: it is refused, and the tablet is told why."""
LATER = {"request_in_progress", "unavailable", "internal"}
"""The tablet sends it again."""


def reason_of(code: str) -> ReviewReason | None:
    return WAITING.get(code)
