from backend.core.problems import Problem
from i18n.translator import N_


class PassTokenRefused(Problem):
    """The same for a token that is wrong and for a pass that does not exist."""

    code, status = "pass_token_refused", 401
    title = N_("Pass not found, or this token gives no access to it")
    headers = {"WWW-Authenticate": "ApplePass"}  # noqa: RUF012 - a Mapping that nobody changes
