from contextlib import suppress
from urllib.parse import quote

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from frontend.api.client import Caller
from frontend.api.identity import sign_in, sign_out
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.forms import Form, errors_of, read_form
from frontend.kit.known_device import known_device, remember_device
from frontend.kit.pages import close_overlay, is_htmx, local_path, page, redirect
from frontend.kit.person import TILL, Person, choose_store, find_person, forget_person, person_of, remember_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.kit.rights import find_person_now
from i18n.translator import get_translator

START = "/"
AWAY = 503
UNPROCESSABLE = 422


@get("/")
async def show_start(request: Request) -> Response[str]:
    """Redirects signed-in users to their work; others see what Orion is and where to go."""
    person = await find_person_now(request)
    return redirect(request, person.home) if person else page(request, "account/sign_in/start.html")


@get("/sign-in", name="sign-in")
async def show_sign_in(request: Request, next: FromQuery[str | None] = None) -> Response[str]:  # noqa: A002 - the name in the address
    if person := find_person(request):
        return redirect(request, _place(person, next))
    return _screen(request, Form({"next": next or START}))


@post("/sign-in")
async def take_sign_in(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    if missing := _missing(request, form):
        form.errors = missing
        return _screen(request, form, status=UNPROCESSABLE)
    try:
        answer = await sign_in(
            caller.known_as(known_device(request)),
            email=form.text("email"),
            password=form.fields["password"],
            totp=form.optional("totp"),
        )
    except BackendProblem as problem:
        return _refused(request, form, problem)
    except BackendUnavailable:
        form.errors = {"": get_translator(language_of(request)).gettext("The server does not answer. Try again.")}
        return _screen(request, form, status=AWAY)
    person = person_of(answer)
    remember_person(request, person)
    if _is_over(request, form) and _goes_on(request, person, form):
        response = close_overlay()
    else:
        response = redirect(request, _place(person, form.text("next")))
    remember_device(request, response, answer.known_device)
    return response


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
    if find_person(request):
        with suppress(BackendProblem, BackendUnavailable):
            await sign_out(caller)
    forget_person(request)
    after = local_path((await read_form(request)).text("next"), START)
    return redirect(request, "/sign-in" if after == START else f"/sign-in?next={quote(after)}")


def _is_over(request: Request, form: Form) -> bool:
    """Whether the form is shown over a till page that stays in the document."""
    return bool(form.text("over")) and is_htmx(request)


def _goes_on(request: Request, person: Person, form: Form) -> bool:
    """Whether the same user works at the same store again and so can continue on the page below."""
    choose_store(request, person, form.text("page_store"))
    here = find_person(request)
    place = (here.email, here.store_code) if here else ("", "")
    return place == (form.text("page_email"), form.text("page_store"))


def _place(person: Person, wanted: str | None) -> str:
    """The requested page, or the user's own start page."""
    place = local_path(wanted, START)
    return person.home if place == START else place


def _refused(request: Request, form: Form, problem: BackendProblem) -> Response[str]:
    asks_totp = problem.code == "totp_required"
    if asks_totp and is_htmx(request):
        return page(request, "account/sign_in/totp_page.html", form=form, over=_is_over(request, form))
    if not asks_totp:
        form.errors = errors_of(problem) or {"": problem.sentence}
    return _screen(request, form, status=problem.status, asks_totp=asks_totp or bool(form.text("totp")))


def _screen(request: Request, form: Form, *, status: int = 200, asks_totp: bool = False) -> Response[str]:
    after = local_path(form.text("next"), START)
    over = _is_over(request, form)
    template = "account/sign_in/over.html" if over else "account/sign_in/page.html"
    return page(request, template, status=status, form=form, next=after, asks_totp=asks_totp, over=over)


def _missing(request: Request, form: Form) -> dict[str, str]:
    _ = get_translator(language_of(request)).gettext
    sentences = {"email": _("Enter your email address."), "password": _("Enter your password.")}
    return {name: sentence for name, sentence in sentences.items() if not form.fields.get(name, "").strip()}
