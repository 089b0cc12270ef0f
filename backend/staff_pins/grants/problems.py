from backend.core.problems import Problem
from i18n.translator import N_


class GrantNotFound(Problem):
    code, status = "grant_not_found", 404
    title = N_("This tablet has no such grant")
