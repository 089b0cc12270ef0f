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


class TotpRequired(Problem):
    code, status = "totp_required", 401
    title = N_("Enter the code of your authenticator")
    detail = N_("Six digits from the app on your phone.")
