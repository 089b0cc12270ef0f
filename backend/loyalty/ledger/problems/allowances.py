"""Of what is held for a tablet."""

from backend.core.problems import Problem
from i18n.translator import N_


class AllowanceRefused(Problem):
    code, status = "allowance_refused", 403
    title = N_("This tablet may not redeem without a network")
    detail = N_("The merchant’s rules do not allow it, or nobody has entered a PIN on it for that.")


class AllowanceLimitReached(Problem):
    code, status = "allowance_limit_reached", 409
    title = N_("As much as may be is set aside for this tablet already")
    maximum: int
    """Points or stamps that may be held on a card for a tablet."""


class AllowanceNotFound(Problem):
    code, status = "allowance_not_found", 404
    title = N_("Nothing is set aside for this tablet under this number")


class AllowanceMissing(Problem):
    code, status = "allowance_missing", 409
    title = N_("Nothing was set aside for this on this tablet")


class AllowanceExceeded(Problem):
    code, status = "allowance_exceeded", 409
    title = N_("What was set aside for the tablet does not cover this")
    left: int
    """Points or stamps that were left of it."""
