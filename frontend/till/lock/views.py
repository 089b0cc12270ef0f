"""Locks the till in the session, not only on the screen: every till page asks for the PIN until it is unlocked."""

from urllib.parse import urlsplit

from litestar import Response, post
from litestar.di import NamedDependency

from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.till import verify_pin
from frontend.kit.forms import Form, errors_of, read_form
from frontend.kit.pages import close_overlay, is_htmx, local_path, page, redirect
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.problems import to_sign_in
from frontend.kit.request import Request
from i18n.translator import get_translator

LOCKED = "locked"
STATUS = 423
SIGNED_OUT = 401
UNAVAILABLE = 503


async def require_unlocked_till(request: Request) -> Response[str] | None:
    """Runs before every till page: requires a signed-in user, a store and an unlocked till."""
    person = find_person(request)
    if person is None:
        return to_sign_in(request)
    if person.store is None:
        return redirect(request, "/sign-in/store")
    return lock_page(request) if request.session.get(LOCKED) else None


@post("/till/lock")
async def lock_till(request: Request) -> Response[str]:
    request.session[LOCKED] = True
    if is_htmx(request):
        return lock_page(request, status=200)
    return redirect(request, local_path((await read_form(request)).text("next"), "/till"))


@post("/till/unlock")
async def unlock_till(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    if find_person(request) is None:
        return to_sign_in(request)
    form = await read_form(request)
    try:
        await verify_pin(caller, form.text("staff_pin"))
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        return _show_error(request, form, problem.status, errors_of(problem).get("staff_pin", problem.sentence))
    except BackendUnavailable:
        _ = get_translator(language_of(request)).gettext
        return _show_error(request, form, UNAVAILABLE, _("The server does not answer. Try again in a moment."))
    request.session.pop(LOCKED, None)
    if is_htmx(request):
        return close_overlay()
    return redirect(request, local_path(form.text("next"), "/till"))


def lock_page(request: Request, *, status: int = STATUS) -> Response[str]:
    """Covers the till for htmx, so that entered values are kept; a page of its own otherwise."""
    return page(request, "till/lock/page.html", status=status, error=None, next=_return_path(request))


def _show_error(request: Request, form: Form, status: int, error: str) -> Response[str]:
    return_path = local_path(form.text("next"), "/till")
    return page(request, "till/lock/page.html", status=status, error=error, next=return_path)


def _return_path(request: Request) -> str:
    if is_htmx(request):
        return local_path(urlsplit(request.headers.get("hx-current-url", "")).path, "/till")
    return request.url.path if request.method == "GET" else "/till"
