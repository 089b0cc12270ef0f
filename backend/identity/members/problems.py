from backend.core.problems import Problem
from i18n.translator import N_


class MemberNotFound(Problem):
    code, status = "member_not_found", 404
    title = N_("Nobody of that name works here")


class OwnRole(Problem):
    code, status = "own_role", 403
    title = N_("You cannot change your own role")
    detail = N_("Ask another owner or administrator.")


class LastOwner(Problem):
    code, status = "last_owner", 409
    title = N_("This is the only owner")
    detail = N_("Make somebody else an owner first.")
