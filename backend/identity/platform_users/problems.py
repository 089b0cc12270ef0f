from backend.core.problems import Problem
from i18n.translator import N_


class UserNotFound(Problem):
    code, status = "user_not_found", 404
    title = N_("There is no such administrator")


class LastSuperAdmin(Problem):
    code, status = "last_super_admin", 409
    title = N_("This is the only super admin")
    detail = N_("Make somebody else a super admin first.")
