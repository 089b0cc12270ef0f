from typing import Any

from backend.core.problems import Problem
from i18n.translator import N_


class SignInRefused(Problem):
    code, status = "sign_in_refused", 401
    title = N_("Email or password is wrong")
    detail = N_("Please check both and try again.")


class NoWorkplace(Problem):
    code, status = "no_workplace", 403
    title = N_("You work for no merchant any more")
    detail = N_("Ask the owner to invite you.")


class PasswordWrong(Problem):
    code, status = "password_wrong", 403
    title = N_("Wrong password")
    detail = N_("Enter the password you sign in with.")


class SecondFactorRequired(Problem):
    code, status = "second_factor_required", 401
    title = N_("One more step")
    detail = N_("Confirm the sign-in with your second factor.")
    attempt: str
    """To be sent with the second factor, within five minutes."""
    methods: list[str]
    """Second factors that the person has set up."""
    passkey: dict[str, Any] | None
    """Options of `navigator.credentials.get`; null without a passkey."""


class SecondFactorRefused(Problem):
    code, status = "second_factor_refused", 403
    title = N_("This code is not valid")
    detail = N_("Take the code that your authenticator app shows now, or an unused recovery code.")


class PasskeyRefused(Problem):
    code, status = "passkey_refused", 403
    title = N_("The passkey was not accepted")
    detail = N_("Use a passkey that you have set up here, in the browser or on the phone where it is stored.")


class StepEnded(Problem):
    code, status = "step_ended", 410
    title = N_("This step has ended")
    detail = N_("It is open for five minutes and works once. Please start over.")


class ConfirmationRequired(Problem):
    code, status = "confirmation_required", 403
    title = N_("Confirm that it is you")
    detail = N_("Enter your password, and your second factor if you have one.")


class LastSecondFactor(Problem):
    code, status = "last_second_factor", 409
    title = N_("Administrators need a second factor")
    detail = N_("Set up another one before you remove this one.")


class ResetLinkEnded(Problem):
    code, status = "reset_link_ended", 410
    title = N_("This link has ended")
    detail = N_("It works once and for 30 minutes, and only the newest one does. Ask for a new email.")
