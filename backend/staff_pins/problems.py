from datetime import datetime

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
    tries_left: int
    """Attempts that are left."""


class PinLocked(Problem):
    code, status = "pin_locked", 403
    title = N_("The PIN is locked")
    detail = N_("Too many wrong attempts. Try again at %(retry_at)s, or ask somebody who may unlock PINs.")
    retry_at: datetime
    """When it is possible again, in local time with its offset; null when never."""


class PinDisabled(Problem):
    code, status = "pin_disabled", 403
    title = N_("The PIN is disabled")
    detail = N_("Ten wrong attempts. Set a new one with your password, or ask somebody who may unlock PINs.")


class PinNotSet(Problem):
    code, status = "pin_not_set", 403
    title = N_("You have no PIN yet")
    detail = N_("Set one in the menu under your name.")


class PinWeak(Problem):
    code, status = "pin_weak", 422
    title = N_("This PIN is easy to guess")
    detail = N_("Choose digits that are no date, no year and no pattern.")


REFUSED_PIN = (PinInvalid, PinLocked, PinDisabled, PinNotSet)
"""Raised where a PIN is verified."""
