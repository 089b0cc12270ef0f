"""The customer's card page. Its address authorizes access, so a wrong address must reveal nothing."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import convert

from backend.loyalty.enrollment.schemas import CardLinkRequest, ChangeOwnCard
from backend.loyalty.till.schemas import CardPage
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.storefront import change_own_card, get_card_page, request_card_link
from frontend.card.facts import card_facts
from frontend.card.wallets import wallet_problem
from frontend.kit.caller import provide_caller
from frontend.kit.customers import customer_page
from frontend.kit.forms import Form, FormError, body_of, read_form
from frontend.kit.pages import redirect
from frontend.kit.preferences import language_of, learn_language
from frontend.kit.request import Request
from i18n.locales import LANGUAGES
from i18n.translator import get_translator

NOT_FOUND, UNPROCESSABLE, TOO_MANY, UNAVAILABLE = 404, 422, 429, 503


@get("/c/{token:str}", name="card_page")
async def show_card_page(request: Request, caller: NamedDependency[Caller], token: FromPath[str]) -> Response[str]:
    try:
        view = await get_card_page(caller, token)
        preferences = {"customer": view.card.customer.language, "store": view.store_language}
        if learn_language(request, **preferences, merchant=view.merchant_language):
            view = await get_card_page(provide_caller(request), token)
        return _card(request, token, view)
    except BackendProblem as problem:
        if problem.status == NOT_FOUND:
            return _link_form(request, Form({"token": token}), status=NOT_FOUND, is_old=True)
        if problem.status == TOO_MANY:
            return customer_page(request, "join/wait.html", status=TOO_MANY)
        raise


@post("/c/{token:str}/language", status_code=200)
async def take_card_language(request: Request, caller: NamedDependency[Caller], token: FromPath[str]) -> Response[str]:
    """The choice applies to the customer's page, emails and passes, on every device."""
    form = await read_form(request)
    if form.text("lang") in LANGUAGES:
        try:
            await change_own_card(caller, token, convert({"language": form.text("lang")}, ChangeOwnCard))
        except BackendProblem as problem:
            if problem.status == TOO_MANY:
                return customer_page(request, "join/wait.html", status=TOO_MANY)
            if problem.status != NOT_FOUND:
                raise
    return redirect(request, f"/c/{token}")


@get("/c", name="lost_card")
async def show_lost_card(request: Request) -> Response[str]:
    """A link with `store` prefills the store code, which leaves one field to fill in."""
    return _link_form(request, Form({"store_code": request.query_params.get("store", "")}))


@post("/c", status_code=200)
async def send_card_link(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """The answer is the same whether or not the email address has a card."""
    form = await read_form(request)
    try:
        await request_card_link(caller, _link_request(request, form))
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return _link_form(request, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status == TOO_MANY:
            return customer_page(request, "join/wait.html", status=TOO_MANY)
        raise
    except BackendUnavailable:
        return customer_page(
            request, "join/unavailable.html", status=UNAVAILABLE, form=form, kept=("email", "token", "store_code")
        )
    return customer_page(request, "card/sent.html")


def _card(request: Request, token: str, view: CardPage) -> Response[str]:
    return customer_page(
        request,
        "card/page.html",
        **card_facts(request, view),
        problem=wallet_problem(request.query_params.get("wallet", ""), language_of(request)),
        language_action=f"/c/{token}/language",
        sandbox=f"/sandbox/{token}" if request.app.state.settings.has_sandbox else None,
        welcome=request.query_params.get("welcome"),
    )


def _link_form(request: Request, form: Form, *, status: int = 200, is_old: bool = False) -> Response[str]:
    return customer_page(request, "card/link.html", status=status, form=form, is_old=is_old)


def _link_request(request: Request, form: Form) -> CardLinkRequest:
    _ = get_translator(language_of(request)).gettext
    values = {name: form.optional(name) for name in ("email", "store_code", "token")}
    body = body_of(CardLinkRequest, values, _("Enter your email address, like marie@example.com."))
    if not (body.store_code or body.token):
        raise FormError("store_code", _("Enter the store code, like FASHIONHUB."))
    return body
