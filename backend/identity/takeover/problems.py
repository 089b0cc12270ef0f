from backend.core.problems import Problem
from i18n.translator import N_


class PinsNotUsed(Problem):
    code, status = "pins_not_used", 403
    title = N_("PINs are not used here")
    detail = N_("Sign in with your password.")


class SwitchingSuspended(Problem):
    code, status = "switching_suspended", 403
    title = N_("PINs open this till no more")
    detail = N_("Too many PINs were locked here. Sign in with your password.")
