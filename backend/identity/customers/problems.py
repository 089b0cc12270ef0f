from backend.core.problems import Problem
from i18n.translator import N_, NN_


class SignInCodeWrong(Problem):
    """Also for an address without a card: no code is right for it."""

    code, status = "sign_in_code_wrong", 422
    title = N_("This code is not right")
    detail = NN_("You can try once more.", "You can try %(tries_left)s more times.")
    counted = "tries_left"
    tries_left: int
    """Attempts that are left."""


class SignInCodeExpired(Problem):
    code, status = "sign_in_code_expired", 410
    title = N_("This code is no longer valid")
    detail = N_("Ask for a new code.")


class SignInLinkInvalid(Problem):
    """Forged links, and those whose sign-in is deleted."""

    code, status = "sign_in_link_invalid", 404
    title = N_("This link is no longer valid")
    detail = N_("The sign-in of this email ended long ago.")


class CustomerErased(Problem):
    code, status = "customer_erased", 410
    title = N_("Your data has been erased")
    detail = N_("Nothing is left of your card. You can enroll again.")
