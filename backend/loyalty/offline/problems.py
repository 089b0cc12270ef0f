from backend.core.problems import Problem
from i18n.translator import N_


class UnknownOperation(Problem):
    code, status = "unknown_operation", 422
    title = N_("The server does not know this kind of operation")
    op: str
    """Kind that was sent, cut off after twenty characters."""


class DependencyRefused(Problem):
    code, status = "dependency_refused", 409
    title = N_("What this operation builds on was not recorded")


class NotBookedHere(Problem):
    code, status = "not_booked_here", 403
    title = N_("Offline, a tablet takes back only sales and stamps of its own")


class OperationDismissed(Problem):
    code, status = "operation_dismissed", 409
    title = N_("The shop has looked at this operation and decided against it")


class OperationNotFound(Problem):
    code, status = "operation_not_found", 404
    title = N_("There is no such operation")


class AlreadyDecided(Problem):
    code, status = "already_decided", 409
    title = N_("This was decided before")


class CannotBeBooked(Problem):
    code, status = "cannot_be_booked", 409
    title = N_("Its contents cannot be read, so it can only be dismissed")
