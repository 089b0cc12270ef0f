from backend.core.problems import Problem
from i18n.translator import N_


class UnsubscribeLinkInvalid(Problem):
    code, status = "unsubscribe_link_invalid", 404
    title = N_("This link does not work any more")
    detail = N_("Use the link at the end of a newer email.")


class ConsentNotByLink(Problem):
    """Nobody has withdrawn a consent within the last day, or the link is not one that was sent to the mailbox."""

    code, status = "consent_not_by_link", 403
    title = N_("These emails cannot be ordered here")
    detail = N_("If you would like to get them, tell the staff at the till.")
