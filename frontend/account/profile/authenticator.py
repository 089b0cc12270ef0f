"""The authenticator app: set up with a QR code and its first code, or removed."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from backend.identity.factors.schemas import AuthenticatorOffer, FactorAdded
from frontend.account.profile.answers import answered, back, refusal
from frontend.account.profile.recovery_codes import show_codes
from frontend.api.account import offer_own_authenticator, remove_own_authenticator, set_own_authenticator
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form, FormError, read_form
from frontend.kit.pages import page, redirect
from frontend.kit.person import PROFILE, renew_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator


@get("/profile/authenticator")
async def show_authenticator(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    async def offer() -> Response[str]:
        return _screen(request, Form({}), 200, await offer_own_authenticator(caller))

    return await answered(request, Form({}), refusal(request), offer())


@post("/profile/authenticator")
async def take_authenticator(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """The secret stays in the page until its first code is right, so that it need not be scanned twice."""
    form = await read_form(request)
    offer = AuthenticatorOffer(form.text("secret"), form.text("address"), form.text("enrollment"))

    _ = get_translator(language_of(request)).gettext

    async def set_up() -> Response[str]:
        code = "".join(form.text("code").split())
        try:
            added = await set_own_authenticator(caller, offer.enrollment, code)
        except FormError as error:
            raise FormError("code", _("Enter the six digits that the app shows now.")) from error
        except BackendProblem as problem:
            if problem.code != "second_factor_refused":
                raise
            wrong = _("This is not the code of this app. Enter the one it shows now, and check the clock of the phone.")
            raise FormError("code", wrong) from problem
        return after_adding(request, added)

    def show(refused: Form, status: int) -> Response[str]:
        return _screen(request, refused, status, offer)

    return await answered(request, form, show, set_up())


@post("/profile/authenticator/remove")
async def take_authenticator_removal(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    async def remove() -> Response[str]:
        await remove_own_authenticator(caller)
        return back(request, "authenticator-removed")

    return await answered(request, Form({}), refusal(request), remove())


def after_adding(request: Request, added: FactorAdded) -> Response[str]:
    """The first second factor comes with recovery codes, which are shown once."""
    renew_person(request, added.session)
    return show_codes(request, added.recovery_codes) if added.recovery_codes else redirect(request, PROFILE)


def _screen(request: Request, form: Form, status: int, offer: AuthenticatorOffer) -> Response[str]:
    return page(request, "account/profile/authenticator.html", status=status, form=form, offer=offer)
