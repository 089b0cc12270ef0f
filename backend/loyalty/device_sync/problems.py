from backend.core.problems import Problem
from i18n.translator import N_


class ChangesCursorUnknown(Problem):
    code, status = "changes_cursor_unknown", 410
    title = N_("Too much has changed since")
    detail = N_("Fetch the bootstrap again.")


class TooManyWaiting(Problem):
    code, status = "too_many_waiting", 503
    title = N_("Too many tablets wait at present")
    detail = N_("Ask for changes once a minute instead.")
    headers = {"Retry-After": "60"}  # noqa: RUF012 - never mutated
