"""A customer signs in: first the email address, then the code that was sent there."""

from contextlib import suppress
from urllib.parse import quote

from litestar import Response, get, post
from msgspec.structs import replace

from backend.identity.customers.schemas import CustomerSignInBody, SignInCodeRequest
from frontend.api.own_account import request_sign_in_code, sign_in_customer, sign_out_customer
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.storefront import get_public_program
from frontend.kit.brand_color import brand_url
from frontend.kit.caller import anonymous_caller
from frontend.kit.customer_session import CustomerSession, find_customer_session, keep_customer_session
from frontend.kit.customers import customer_page, kept_language
from frontend.kit.forms import Form, FormError, body_of, read_form
from frontend.kit.pages import redirect
from frontend.kit.preferences import language_of, learn_language
from frontend.kit.request import Request
from i18n.translator import get_translator

NOT_FOUND, GONE, UNPROCESSABLE, TOO_MANY, AWAY = 404, 410, 422, 429, 503


@post("/account", status_code=200)
async def take_email(request: Request) -> Response[str]:
    """The answer is the same whether or not the email address has a card."""
    form, session = await read_form(request), find_customer_session(request)
    try:
        body = _code_request(request, form, session)
        attempt = await request_sign_in_code(anonymous_caller(request), form.text("store_code"), body)
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return await email_form(request, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        return await _email_refused(request, form, problem)
    except BackendUnavailable:
        kept = ("email", "store_code")
        return customer_page(request, "join/unavailable.html", status=AWAY, form=form, kept=kept)
    await _end(request, session)
    response = redirect(request, kept_language(request, "/account/code"))
    asked = CustomerSession(form.text("store_code"), email=form.text("email"), attempt=attempt.attempt)
    keep_customer_session(request, response, asked)
    return response


async def _end(request: Request, session: CustomerSession | None) -> None:
    """The session at another merchant, which this browser forgets now."""
    if session is not None and session.token:
        with suppress(BackendProblem, BackendUnavailable):
            await sign_out_customer(session.caller(request), everywhere=False)


@get("/account/code", name="own_account_code")
async def show_code(request: Request) -> Response[str]:
    session = find_customer_session(request)
    if session is None or not session.attempt:
        return redirect(request, "/account")
    return await _code_form(request, session, Form({}))


@post("/account/code", status_code=200)
async def take_code(request: Request) -> Response[str]:
    form, session = await read_form(request), find_customer_session(request)
    if session is None or not session.attempt:
        return redirect(request, "/account")
    _ = get_translator(language_of(request)).gettext
    try:
        values = {"attempt": session.attempt, "code": form.text("code")}
        body = body_of(CustomerSignInBody, values, _("Enter the six digits of the code."))
        signed_in = await sign_in_customer(anonymous_caller(request), body)
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return await _code_form(request, session, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        return await _code_refused(request, session, form, problem)
    except BackendUnavailable:
        return customer_page(request, "join/unavailable.html", status=AWAY, form=form, kept=("code",))
    response = redirect(request, "/account")
    keep_customer_session(request, response, replace(session, attempt="", token=signed_in.token))
    return response


def sign_in_path(store_code: str) -> str:
    return f"/account?store={quote(store_code, safe='')}"


async def email_form(request: Request, form: Form, *, status: int = 200, has_ended: bool = False) -> Response[str]:
    """In the colors of the merchant, where the program is open."""
    look = await _look(request, form.text("store_code"))
    return customer_page(request, "card/account/email.html", status=status, form=form, has_ended=has_ended, **look)


async def _code_form(
    request: Request, session: CustomerSession, form: Form, *, status: int = 200, expired: str = ""
) -> Response[str]:
    """`expired`: why the code is not valid any more; another one may be asked for."""
    look = await _look(request, session.store_code)
    return customer_page(
        request,
        "card/account/code.html",
        status=status,
        form=form,
        session=session,
        expired=expired,
        ask_action=kept_language(request, "/account"),
        **look,
    )


async def _look(request: Request, store_code: str) -> dict[str, str]:
    """Name, color and language of the merchant; nothing for a store whose program is closed or unknown."""
    if not store_code:
        return {}
    try:
        program = await get_public_program(anonymous_caller(request), store_code)
    except (BackendProblem, BackendUnavailable):
        return {}
    learn_language(request, store=program.store_language, merchant=program.merchant_language)
    return {"store_name": program.merchant_name, "brand": brand_url(program.card_color)}


def _code_request(request: Request, form: Form, session: CustomerSession | None) -> SignInCodeRequest:
    _ = get_translator(language_of(request)).gettext
    values = {"email": form.text("email"), "attempt": session.attempt or None if session else None}
    body = body_of(SignInCodeRequest, values, _("Enter your email address, like marie@example.com."))
    if not form.text("store_code"):
        raise FormError("store_code", _("Enter the store code, like FASHIONHUB."))
    return body


async def _email_refused(request: Request, form: Form, problem: BackendProblem) -> Response[str]:
    if problem.status == TOO_MANY:
        path = sign_in_path(form.text("store_code"))
        return customer_page(request, "join/wait.html", status=TOO_MANY, request_path=path)
    if problem.status != NOT_FOUND:
        raise problem
    _ = get_translator(language_of(request)).gettext
    form.errors = {"store_code": _("There is no store with this code.")}
    return await email_form(request, form, status=UNPROCESSABLE)


async def _code_refused(
    request: Request, session: CustomerSession, form: Form, problem: BackendProblem
) -> Response[str]:
    if problem.status == TOO_MANY:
        return customer_page(request, "join/wait.html", status=TOO_MANY)
    if problem.status == GONE:
        return await _code_form(request, session, Form({}), status=GONE, expired=problem.sentence)
    if problem.status != UNPROCESSABLE:
        raise problem
    form.errors = {"code": problem.sentence}
    return await _code_form(request, session, form, status=UNPROCESSABLE)
