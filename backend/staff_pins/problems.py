from backend.core.problems import Problem
from i18n.translator import N_, NN_


class PinRequired(Problem):
    code, status = "pin_required", 403
    title = N_("Enter your PIN")
    detail = N_("The merchant asks for a PIN for every transaction.")


class PinInvalid(Problem):
    code, status = "pin_invalid", 403
    title = N_("Wrong PIN")
    detail = NN_("%(tries_left)s attempt left.", "%(tries_left)s attempts left.")
    counted = "tries_left"


class PinLocked(Problem):
    code, status = "pin_locked", 403
    title = N_("The PIN is locked")
    detail = N_("Too many wrong attempts. Try again at %(retry_at)s, or ask the owner to unlock it.")


class PinNotSet(Problem):
    code, status = "pin_not_set", 403
    title = N_("You have no PIN yet")
    detail = N_("Set one in the menu under your name.")
