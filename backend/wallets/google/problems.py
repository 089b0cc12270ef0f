from backend.core.problems import Problem
from i18n.translator import N_


class CallbackRefused(Problem):
    code, status = "callback_refused", 400
    title = N_("This message is not signed by Google, not for us, or too old")
