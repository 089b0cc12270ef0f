"""A person who has forgotten the password gets a link by email, and chooses a new one there."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.identity.passwords.schemas import PasswordResetLink
from frontend.account.profile.answers import answered
from frontend.api.client import Caller
from frontend.api.identity import ask_for_reset, get_reset, reset_password
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form, FormError, read_form
from frontend.kit.pages import page
from frontend.kit.person import forget_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator


@get("/forgotten")
async def show_forgotten(request: Request) -> Response[str]:
    return _question(request, Form({}))


@post("/forgotten")
async def take_forgotten(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """Says the same whether or not the address is known."""
    form, _ = await read_form(request), get_translator(language_of(request)).gettext

    async def ask() -> Response[str]:
        try:
            await ask_for_reset(caller, form.text("email"))
        except FormError as error:
            raise FormError("email", _("Enter your email address.")) from error
        return _question(request, form, is_sent=True)

    def show(refused: Form, status: int) -> Response[str]:
        return _question(request, refused, status=status)

    return await answered(request, form, show, ask())


@get("/reset/{token:str}")
async def show_new_password(request: Request, token: FromPath[str], caller: NamedDependency[Caller]) -> Response[str]:
    try:
        link = await get_reset(caller, token)
    except BackendProblem as problem:
        return _ended(request, problem)
    return _screen(request, Form({}), link)


@post("/reset/{token:str}")
async def take_new_password(request: Request, token: FromPath[str], caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    try:
        link = await get_reset(caller, token)
    except BackendProblem as problem:
        return _ended(request, problem)

    async def reset() -> Response[str]:
        await reset_password(caller, token, form.fields.get("password", ""))
        forget_person(request)
        return page(request, "account/forgotten/done.html", email=link.email)

    def show(refused: Form, status: int) -> Response[str]:
        return _screen(request, refused, link, status=status)

    return await answered(request, form, show, reset())


def _question(request: Request, form: Form, *, status: int = 200, is_sent: bool = False) -> Response[str]:
    return page(request, "account/forgotten/page.html", status=status, form=form, is_sent=is_sent)


def _screen(request: Request, form: Form, link: PasswordResetLink, *, status: int = 200) -> Response[str]:
    return page(request, "account/forgotten/reset.html", status=status, form=form, link=link)


def _ended(request: Request, problem: BackendProblem) -> Response[str]:
    return page(request, "account/forgotten/ended.html", status=problem.status, problem=problem)
