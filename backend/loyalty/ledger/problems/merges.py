"""Of merging two cards, and of undoing that."""

from datetime import date

from backend.core.problems import Problem
from i18n.translator import N_


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
    until: date
    """The last day on which the merge can be undone."""
