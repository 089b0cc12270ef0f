"""Another password of one's own."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from backend.identity.factors.schemas import SecondFactors
from frontend.account.profile.answers import answered, back, confirmation_first
from frontend.api.account import change_own_password, get_own_factors
from frontend.api.client import Caller
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import page
from frontend.kit.person import renew_person
from frontend.kit.request import Request

LENGTH_MIN, LENGTH_MIN_WITH_FACTOR = 15, 12


@get("/profile/password")
async def show_password(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    confirmation = await confirmation_first(request, caller)
    return confirmation or _screen(request, Form({}), 200, await get_own_factors(caller))


@post("/profile/password")
async def take_password(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form, factors = await read_form(request), await get_own_factors(caller)

    async def change() -> Response[str]:
        renew_person(request, await change_own_password(caller, form.fields.get("password", "")))
        return back(request, "password")

    def show(refused: Form, status: int) -> Response[str]:
        return _screen(request, refused, status, factors)

    return await answered(request, form, show, change())


def _screen(request: Request, form: Form, status: int, factors: SecondFactors) -> Response[str]:
    has_factor = factors.has_authenticator or bool(factors.passkeys)
    length_min = LENGTH_MIN_WITH_FACTOR if has_factor else LENGTH_MIN
    return page(request, "account/profile/password.html", status=status, form=form, length_min=length_min)
