from backend.core.problems import Problem
from i18n.translator import N_


class TermsNotAccepted(Problem):
    code, status = "terms_not_accepted", 422
    title = N_("Please accept the terms")


class EnrollmentClosed(Problem):
    code, status = "enrollment_closed", 403
    title = N_("You cannot enroll here by yourself")
    detail = N_("Please ask at the store.")
