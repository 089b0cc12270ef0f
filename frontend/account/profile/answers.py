"""What the pages of the profile have in common: where a change leads, and what a refusal shows."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from litestar import Response

from frontend.api.account import get_own_factors
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.forms import Form, FormError, errors_of
from frontend.kit.pages import redirect
from frontend.kit.person import PROFILE
from frontend.kit.preferences import language_of
from frontend.kit.problems import problem_page
from frontend.kit.request import Request
from i18n.translator import N_, get_translator

AWAY = 503
UNPROCESSABLE = 422
SIGNED_OUT = 401
CONFIRM = "confirmation_required"
DONE = {
    "password": N_("Your password is changed. Your other sessions have ended."),
    "pin": N_("Your PIN is set."),
    "authenticator-removed": N_("Your authenticator app is removed."),
    "passkey-removed": N_("The passkey is removed."),
    "passkey-renamed": N_("The passkey has its new name."),
    "session": N_("The session has ended."),
    "sessions": N_("Your other sessions have ended."),
}

Show = Callable[[Form, int], Response[str]]


def back(request: Request, what: str) -> Response[str]:
    """Back to the profile, which says what has been done."""
    return redirect(request, f"{PROFILE}?done={what}")


def refusal(request: Request) -> Show:
    """A page of its own, for a button without a form around it."""

    def show(form: Form, status: int) -> Response[str]:
        title = get_translator(language_of(request)).gettext("Nothing was changed")
        return problem_page(request, status, title, " ".join(form.errors.values()))

    return show


def to_confirmation(request: Request, then: str) -> Response[str]:
    return redirect(request, f"/profile/confirm?next={quote(then, safe='/')}")


async def confirmation_first(request: Request, caller: Caller) -> Response[str] | None:
    """Asks for the confirmation before a form is shown: afterwards everything would have to be typed once more."""
    factors = await get_own_factors(caller)
    return None if factors.is_confirmed else to_confirmation(request, request.url.path)


async def answered(request: Request, form: Form, show: Show, change: Awaitable[Response[str]]) -> Response[str]:
    """The answer of `change`, or the form with what is wrong. Asks for the password where it has been a while."""
    _ = get_translator(language_of(request)).gettext
    try:
        return await change
    except FormError as error:
        form.errors = {error.field: error.sentence or _("Please check what you entered.")}
        return show(form, UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        if problem.code == CONFIRM:
            return to_confirmation(request, request.url.path)
        form.errors = errors_of(problem) or {"": problem.sentence}
        return show(form, problem.status)
    except BackendUnavailable:
        form.errors = {"": _("The server does not answer. Try again in a moment.")}
        return show(form, AWAY)
