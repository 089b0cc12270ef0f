from backend.core.problems import Problem
from i18n.translator import N_


class ColleagueNotFound(Problem):
    code, status = "colleague_not_found", 404
    title = N_("This person does not work at your store")


class PinLockedHere(Problem):
    code, status = "pin_locked_here", 403
    title = N_("This PIN was locked from your till")
    detail = N_("Sign in with your password once more, or ask somebody else who may unlock PINs.")


class OwnPinLocked(Problem):
    code, status = "own_pin_locked", 403
    title = N_("You cannot unlock your own PIN")
    detail = N_("Set a new one with your password, or ask somebody else who may unlock PINs.")
