from contextlib import suppress
from urllib.parse import quote

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from frontend.account.sign_in.arrival import START, arrive, place_of
from frontend.account.sign_in.screen import AWAY, UNPROCESSABLE, Step, show_form
from frontend.api.client import Caller
from frontend.api.identity import sign_in, sign_out
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.caller import provide_caller
from frontend.kit.forms import Form, errors_of, read_form
from frontend.kit.known_device import known_device
from frontend.kit.pages import local_path, page, redirect
from frontend.kit.person import TILL, be_oneself, choose_store, find_person, forget_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.kit.rights import find_person_now
from i18n.translator import get_translator


@get("/")
async def show_start(request: Request) -> Response[str]:
    """Redirects signed-in users to their work; others see what Orion is and where to go."""
    person = await find_person_now(request)
    return redirect(request, person.home) if person else page(request, "account/sign_in/start.html")


@get("/sign-in", name="sign-in")
async def show_sign_in(request: Request, next: FromQuery[str | None] = None) -> Response[str]:  # noqa: A002 - the name in the address
    if person := find_person(request):
        return redirect(request, place_of(person, next))
    return show_form(request, Form({"next": next or START}))


@post("/sign-in")
async def take_sign_in(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    if missing := _missing(request, form):
        form.errors = missing
        return show_form(request, form, status=UNPROCESSABLE)
    try:
        known = caller.known_as(known_device(request))
        answer = await sign_in(known, email=form.text("email"), password=form.fields["password"])
    except BackendProblem as problem:
        if problem.code == "second_factor_required":
            return show_form(request, form, step=Step.of_problem(problem))
        form.errors = errors_of(problem) or {"": problem.sentence}
        return show_form(request, form, status=problem.status)
    except BackendUnavailable:
        form.errors = {"": get_translator(language_of(request)).gettext("The server does not answer. Try again.")}
        return show_form(request, form, status=AWAY)
    return arrive(request, answer, form)


@get("/sign-in/store")
async def show_stores(request: Request, next: FromQuery[str | None] = None) -> Response[str]:  # noqa: A002
    person = await find_person_now(request)
    if person is None:
        return redirect(request, "/sign-in")
    if person.is_admin:
        return redirect(request, person.home)
    return page(request, "account/sign_in/store.html", next=local_path(next, TILL))


@post("/sign-in/store")
async def take_store(request: Request) -> Response[str]:
    form = await read_form(request)
    person = find_person(request)
    if person:
        choose_store(request, person, form.text("store"))
    return redirect(request, local_path(form.text("next"), TILL))


@post("/sign-out")
async def take_sign_out(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """Clears the session cookie even when the backend does not answer; the token then expires by itself."""
    person = find_person(request)
    if person and person.on_behalf_until:
        be_oneself(request)
        caller = provide_caller(request)
    if person:
        with suppress(BackendProblem, BackendUnavailable):
            await sign_out(caller)
    forget_person(request)
    after = local_path((await read_form(request)).text("next"), START)
    return redirect(request, "/sign-in" if after == START else f"/sign-in?next={quote(after)}")


def _missing(request: Request, form: Form) -> dict[str, str]:
    _ = get_translator(language_of(request)).gettext
    sentences = {"email": _("Enter your email address."), "password": _("Enter your password.")}
    return {name: sentence for name, sentence in sentences.items() if not form.fields.get(name, "").strip()}
