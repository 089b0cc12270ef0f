"""Responses to errors that no view has handled."""

from urllib.parse import quote

import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.csrf import SAFE_METHODS, OtherSite, StaleForm
from frontend.kit.forms import Form, FormError
from frontend.kit.headers import is_at_till
from frontend.kit.pages import is_htmx, page, redirect
from frontend.kit.person import ADMIN, PROFILE, TILL, Person, be_oneself, find_person, forget_person
from frontend.kit.preferences import language_of, request_id_of
from frontend.kit.request import Request
from i18n.translator import get_translator

log = structlog.get_logger()
SIGNED_OUT = 401
FORBIDDEN = 403
NOT_FOUND = 404
METHOD_NOT_ALLOWED = 405
TOO_LARGE = 413
UNPROCESSABLE = 422
TOO_MANY = 429
FAILURE = 500
AWAY = 503
PART = "partial"
"""Of htmx: the answer goes into a part of the page."""
LACKS_FACTOR = "second_factor_missing"


def show_backend_problem(request: Request, problem: BackendProblem) -> Response[str]:
    if problem.status == SIGNED_OUT:
        return to_sign_in(request)
    if problem.code == LACKS_FACTOR:
        return redirect(request, PROFILE)
    return problem_page(request, problem.status, problem.view.title, problem.detail)


def show_backend_unavailable(request: Request, error: BackendUnavailable) -> Response[str]:
    log_unavailable(request, error)
    _ = get_translator(language_of(request)).gettext
    return problem_page(request, AWAY, _("No answer"), _("The server does not answer. Try again in a moment."))


def log_unavailable(request: Request, error: BackendUnavailable) -> None:
    log.warning("backend_away", reason=str(error), route=_route_of(request), request_id=request_id_of(request))


def show_form_error(request: Request, error: FormError) -> Response[str]:
    """Of a form that our own pages do not send so: there is no field to show it beside."""
    _ = get_translator(language_of(request)).gettext
    sentence = error.sentence or _("Please check what you entered.")
    return problem_page(request, UNPROCESSABLE, _("Nothing was changed"), sentence)


def show_http_problem(request: Request, error: HTTPException) -> Response[str]:
    translator = get_translator(language_of(request))
    _ = translator.gettext
    if error.status_code in {NOT_FOUND, METHOD_NOT_ALLOWED}:
        return problem_page(request, NOT_FOUND, _("Not found"), _("There is nothing at this address."))
    if isinstance(error, OtherSite):
        text = _("This request began on another site. Nothing was done.")
        # NOTE: of the page that refuses a request
        return problem_page(request, FORBIDDEN, translator.pgettext("heading", "Refused"), text)
    if isinstance(error, StaleForm):
        return _stale_form(request)
    if error.status_code == TOO_LARGE:
        text = _("What you sent is too large. Go back and choose a smaller file.")
        return problem_page(request, TOO_LARGE, _("Nothing was saved"), text)
    text = _("Nothing was done just now. Go back and check what the page shows.")
    return problem_page(request, error.status_code, _("This did not work"), text)


def show_failure(request: Request, error: Exception) -> Response[str]:
    log.error("request_failed", route=_route_of(request), request_id=request_id_of(request), exc_info=error)
    _ = get_translator(language_of(request)).gettext
    text = _("Something went wrong on our side. Nothing more was done.")
    return problem_page(request, 500, _("This did not work"), text)


def problem_page(request: Request, status: int, title: str, text: str) -> Response[str]:
    """Offers to retry what may succeed the next time: a safe request that met a limit or an outage."""
    is_worth_trying = (status == TOO_MANY or status >= FAILURE) and request.method in SAFE_METHODS
    again = request.url.path if is_worth_trying else None
    return page(request, "layouts/problem.html", status=status, title=title, text=text, again=again)


def acting_page(request: Request, person: Person) -> Response[str]:
    """For an administrator's own pages, while they act on behalf of a merchant. The banner has the button."""
    if not person.minutes_left:
        be_oneself(request)
        return redirect(request, request.url.path)
    _ = get_translator(language_of(request)).gettext
    text = _("End this first, with the button above. Then your own pages open again.")
    return problem_page(request, FORBIDDEN, _("You act on behalf of a merchant"), text)


def to_sign_in(request: Request) -> Response[str]:
    """At the till the form covers the page, so that entered values are kept. Elsewhere it is a page that leads back
    here.
    """
    at_till = is_at_till(request.url.path)
    start = TILL if at_till else "/"
    is_page = request.method in SAFE_METHODS and (at_till or request.headers.get("hx-request-type") != PART)
    place = request.url.path if is_page else request.headers.get("hx-current-url", start)
    after, person = _path_of(place), find_person(request)
    if person and person.on_behalf_until:
        be_oneself(request)
        return redirect(request, f"{ADMIN}/merchants/{person.merchant_code}?done=ended")
    forget_person(request)
    if is_htmx(request) and at_till:
        form = Form({"email": person.email if person else ""})
        template = "account/sign_in/over.html"
        return page(request, template, status=SIGNED_OUT, form=form, next=after, step=None, over=True)
    return redirect(request, f"/sign-in?next={quote(after, safe='/')}")


def _stale_form(request: Request) -> Response[str]:
    """The form belongs to an earlier session. The same page, loaded anew, has one of the present session."""
    _ = get_translator(language_of(request)).gettext
    text = _("This page was open too long, so nothing was done just now. Reload it and check what it shows.")
    response = problem_page(request, FORBIDDEN, _("Please reload this page"), text)
    if is_htmx(request):
        response.headers["HX-Refresh"] = "true"
    return response


def _path_of(address: str) -> str:
    """The path of an absolute or relative URL."""
    return "/" + address.split("://", 1)[-1].partition("/")[2] if "://" in address else address


def _route_of(request: Request) -> str:
    """The route template without parameters: the address of a card page authorizes access and must not be logged."""
    return str(request.scope.get("path_template") or "unknown")
