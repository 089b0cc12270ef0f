from backend.core.problems import Problem
from i18n.translator import N_


class AuditEntryNotFound(Problem):
    code, status = "audit_entry_not_found", 404
    title = N_("There is no such entry")
    detail = N_("It may belong to another merchant, or to the platform.")
