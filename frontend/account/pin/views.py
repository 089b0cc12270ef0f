"""Users set their own PIN here and confirm it with their password. The PIN is never shown."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from frontend.api.client import Caller
from frontend.api.identity import set_own_pin
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.forms import Form, FormError, errors_of, read_form
from frontend.kit.pages import page, redirect
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.problems import to_sign_in
from frontend.kit.request import Request
from i18n.translator import get_translator

UNPROCESSABLE = 422
AWAY = 503
SIGNED_OUT = 401


@get("/account/pin", name="own-pin")
async def show_own_pin(request: Request) -> Response[str]:
    person = find_person(request)
    if person is None:
        return to_sign_in(request)
    return redirect(request, person.home) if person.is_admin else _screen(request, Form({}))


@post("/account/pin")
async def take_own_pin(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    if find_person(request) is None:
        return to_sign_in(request)
    form, gettext = await read_form(request), get_translator(language_of(request)).gettext
    try:
        await set_own_pin(caller, password=form.fields.get("password", ""), pin=form.text("pin"))
    except FormError as error:
        sentences = {"pin": gettext("A PIN has 4 to 8 digits."), "password": gettext("Enter your password.")}
        form.errors = {error.field: sentences[error.field]}
        return _screen(request, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        form.errors = errors_of(problem) or {"": problem.sentence}
        return _screen(request, form, status=problem.status)
    except BackendUnavailable:
        form.errors = {"": gettext("The server does not answer. Try again in a moment.")}
        return _screen(request, form, status=AWAY)
    return _screen(request, Form({}), is_set=True)


def _screen(request: Request, form: Form, *, status: int = 200, is_set: bool = False) -> Response[str]:
    return page(request, "account/pin/page.html", status=status, form=form, is_set=is_set)
