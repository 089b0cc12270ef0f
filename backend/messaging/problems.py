from backend.core.problems import Problem
from i18n.translator import N_


class EmailNotFound(Problem):
    code, status = "email_not_found", 404
    title = N_("There is no such email")
    detail = N_("It may have been deleted: emails are kept for a limited time.")


class EmailInProgress(Problem):
    code, status = "email_in_progress", 409
    title = N_("This email is still on its way")
    detail = N_("Wait until it has been sent or has failed.")


class EmailNotResendable(Problem):
    code, status = "email_not_resendable", 409
    title = N_("This email cannot be sent again")
    detail = N_(
        "Its customer was erased, what it says is no longer valid, or it is marketing, which nobody gets twice."
    )


class EventsRefused(Problem):
    code, status = "events_refused", 403
    title = N_("These events are not signed by SendGrid, or too old")
