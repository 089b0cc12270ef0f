from typing import Any

from backend.core.problems import Problem
from i18n.translator import N_

ANOTHER = N_("It is easy to guess. Take several words that have nothing to do with each other.")
REASONS = {
    "published": N_("Everybody can read this password in our documentation. Choose another one."),
    "user_inputs": N_(
        "It contains a name that others connect with you. Take several words that have nothing to do with you."
    ),
    "passwords": N_(
        "It resembles a password that many people use. Take several words that have nothing to do with each other."
    ),
    "surnames": N_("Names are easy to guess. Take several words that have nothing to do with each other."),
    "date": N_("Dates and years are easy to guess. Take several words that have nothing to do with each other."),
    "repeat": N_("Repeated characters are easy to guess. Take several different words."),
    "sequence": N_("Sequences such as “abc” or “6543” are easy to guess. Take several different words."),
    "spatial": N_("Rows of keys are easy to guess. Take several words that have nothing to do with each other."),
}
SAME_REASON = {"male_names": "surnames", "female_names": "surnames", "regex": "date"}
"""What zxcvbn distinguishes and the reader does not."""


class PasswordTooShort(Problem):
    code, status = "password_too_short", 422
    title = N_("The password is too short")
    detail = N_(
        "It needs at least %(minimum)s characters. Several words with spaces between them are easy to remember."
    )
    minimum: int
    """Characters that a password must have."""


class PasswordTooLong(Problem):
    code, status = "password_too_long", 422
    title = N_("The password is too long")
    detail = N_("It may have at most %(maximum)s characters.")
    maximum: int
    """Characters that a password may have."""


class PasswordWeak(Problem):
    code, status = "password_weak", 422
    title = N_("The password is easy to guess")
    detail = ANOTHER
    score: int
    """Strength by zxcvbn, from 0 to 4."""
    weakness: str
    """What makes the password easy to guess."""

    def __init__(self, weakness: str, **facts: Any) -> None:
        weakness = SAME_REASON.get(weakness, weakness)
        super().__init__(weakness=weakness, **facts)
        self.detail = REASONS.get(weakness, ANOTHER)  # type: ignore[misc]


PASSWORD_REFUSED = (PasswordTooShort, PasswordTooLong, PasswordWeak)
