"""Users set their own PIN here. It is never shown."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from frontend.account.profile.answers import answered, confirmation_first
from frontend.api.account import set_own_pin
from frontend.api.client import Caller
from frontend.kit.forms import Form, FormError, read_form
from frontend.kit.pages import page, redirect
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator


@get("/profile/pin", name="own-pin")
async def show_own_pin(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    person = find_person(request)
    if person and person.is_admin:
        return redirect(request, person.home)
    return await confirmation_first(request, caller) or _screen(request, Form({}))


@post("/profile/pin")
async def take_own_pin(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form, gettext = await read_form(request), get_translator(language_of(request)).gettext

    async def change() -> Response[str]:
        try:
            await set_own_pin(caller, form.text("pin"))
        except FormError as error:
            raise FormError("pin", gettext("A PIN has 4 to 8 digits.")) from error
        return _screen(request, Form({}), is_set=True)

    def show(refused: Form, status: int) -> Response[str]:
        return _screen(request, refused, status=status)

    return await answered(request, form, show, change())


def _screen(request: Request, form: Form, *, status: int = 200, is_set: bool = False) -> Response[str]:
    return page(request, "account/profile/pin.html", status=status, form=form, is_set=is_set)
