"""What the page about waiting operations says."""

from backend.loyalty.offline.schemas.review import ReviewItem
from i18n.formatting import get_formatter
from i18n.translator import N_, get_translator

OPERATIONS = {
    "points": (N_("Sale"), "coins"),
    "stamp": (N_("Stamp"), "stamp"),
    "enroll": (N_("New customer"), "user-plus"),
    "void": (N_("Voiding"), "undo"),
    "redeem": (N_("Redemption"), "gift"),
}
"""Text and icon."""
UNREADABLE = N_("Unreadable operation"), "alert-triangle"
SAID = {"booked": N_("Recorded."), "dismissed": N_("Dismissed."), "gone": N_("Somebody has decided this before.")}
SAY_AS_MUCH = {"allowance", "no_allowance"}
"""Reasons to which the sentence of the problem adds nothing."""
REASON_MISSING = N_("Say why: the audit keeps it.")


class ReviewMessages:
    def __init__(self, language: str, currency: str) -> None:
        self._say = get_translator(language).gettext
        self._format, self._currency = get_formatter(language), currency

    def said(self, done: str) -> str:
        return self._say(SAID[done]) if done in SAID else ""

    def title(self, item: ReviewItem) -> str:
        """What was done, with its amount or its reward."""
        text, _ = OPERATIONS.get(item.op or "", UNREADABLE)
        if item.reward is not None:
            return f"{self._say(text)}: {item.reward}"
        if item.purchase_amount_cents is None:
            return self._say(text)
        return f"{self._say(text)}: {self._format.money(item.purchase_amount_cents, self._currency)}"

    def problem(self, item: ReviewItem) -> str:
        """What the ledger said, where that adds something to the reason."""
        if item.problem is None or item.reason in SAY_AS_MUCH:
            return ""
        return str(item.problem.get("detail") or "")

    def icon(self, item: ReviewItem) -> str:
        return OPERATIONS.get(item.op or "", UNREADABLE)[1]

    def customer(self, item: ReviewItem) -> str:
        """Whose card it is; of a new customer, who that is."""
        body = (item.content or {}).get("body")
        told = body if item.op == "enroll" and isinstance(body, dict) else {}
        names = [told.get(name) for name in ("first_name", "last_name")]
        name = " ".join(part for part in names if isinstance(part, str)) or told.get("email")
        return item.customer_name or (name if isinstance(name, str) else "")
