from backend.core.problems import Problem
from i18n.translator import N_


class UnsubscribeLinkInvalid(Problem):
    code, status = "unsubscribe_link_invalid", 404
    title = N_("This link does not work any more")
    detail = N_("Use the link at the end of a newer email.")
