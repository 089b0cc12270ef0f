from backend.core.problems import Problem
from i18n.translator import N_


class ColleagueNotFound(Problem):
    code, status = "colleague_not_found", 404
    title = N_("This person does not work at your store")


class OwnPinLocked(Problem):
    code, status = "own_pin_locked", 403
    title = N_("You cannot unlock your own PIN")
    detail = N_("Set a new one with your password, or ask somebody else who may unlock PINs.")
