"""What the page about waiting operations says."""

from backend.loyalty.offline.schemas.review import ReviewItem
from i18n.formatting import get_formatter
from i18n.translator import N_, PN_, get_translator

OPERATIONS = {
    "points": (PN_("kind of transaction", "Sale"), "coins"),
    "stamp": (PN_("kind of transaction", "Stamp"), "stamp"),
    "enroll": (N_("New customer"), "user-plus"),
    # NOTE: noun: a transaction was to be voided
    "void": (PN_("kind of transaction", "Voiding"), "undo"),
    # NOTE: noun: a reward was handed over
    "redeem": (PN_("kind of transaction", "Redemption"), "gift"),
}
"""Text and icon."""
UNREADABLE = N_("Unreadable operation"), "alert-triangle"
DONE = {
    # NOTE: what a tablet did offline is recorded now
    "booked": PN_("message", "Recorded."),
    # NOTE: what a tablet did offline is not recorded
    "dismissed": PN_("message", "Dismissed."),
    "gone": N_("Somebody has already decided this."),
}
SAY_AS_MUCH = {"allowance", "no_allowance"}
"""Reasons to which the sentence of the problem adds nothing."""
REASON_MISSING = N_("Enter a reason: it is kept in the audit.")


class ReviewMessages:
    def __init__(self, language: str, currency: str) -> None:
        self._say = get_translator(language).gettext
        self._format, self._currency = get_formatter(language), currency

    def done(self, code: str) -> str:
        return self._say(DONE[code]) if code in DONE else ""

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
        person = body if item.op == "enroll" and isinstance(body, dict) else {}
        names = [person.get(name) for name in ("first_name", "last_name")]
        name = " ".join(part for part in names if isinstance(part, str)) or person.get("email")
        return item.customer_name or (name if isinstance(name, str) else "")
