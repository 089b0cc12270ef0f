"""Of holds."""

from backend.core.problems import Problem
from i18n.translator import N_


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
    quantity: int
    """Pieces that are held."""
