"""The page that a poster's QR code opens. It works without JavaScript and on old phones."""

import hashlib
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.loyalty.enrollment.schemas import SelfEnroll, SelfEnrollView
from backend.loyalty.programs.schemas import PublicProgram
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.storefront import get_public_program, join_program
from frontend.join.benefits import describe_benefits
from frontend.kit.brand_color import brand_url
from frontend.kit.caller import provide_caller
from frontend.kit.customers import customer_page, kept_language
from frontend.kit.forms import Form, FormError, body_of, errors_of, read_form
from frontend.kit.pages import redirect
from frontend.kit.preferences import language_of, learn_language
from frontend.kit.request import Request
from i18n.locales import LANGUAGES
from i18n.translator import get_translator

ADDRESSES = ["/j/{store_code:str}", "/J/{store_code:str}"]
"""Posters print the address in capitals, because that makes a smaller QR code."""
FIELDS = ("email", "first_name", "accept_terms", "accept_marketing")
NOT_FOUND, UNPROCESSABLE, TOO_MANY, AWAY = 404, 422, 429, 503
OFF = "feature_disabled"
CLOSED = {"enrollment_closed", "program_inactive", OFF}


@get(ADDRESSES, name="join")
async def show_join(request: Request, caller: NamedDependency[Caller], store_code: FromPath[str]) -> Response[str]:
    try:
        program = await get_public_program(caller, store_code)
        if learn_language(request, store=program.store_language, merchant=program.merchant_language):
            program = await get_public_program(provide_caller(request), store_code)
        return _form_page(request, program, Form({}))
    except BackendProblem as problem:
        return _refused(request, problem)


@post(ADDRESSES)
async def take_join(request: Request, caller: NamedDependency[Caller], store_code: FromPath[str]) -> Response[str]:
    form = await read_form(request)
    try:
        body = _checked(request, form)
        if body is None:
            return await _again(request, caller, store_code, form)
        return _joined(request, await join_program(caller, store_code, body, key=_key(form, body)))
    except BackendProblem as problem:
        form.errors = errors_of(problem)
        return await _again(request, caller, store_code, form) if form.errors else _refused(request, problem)
    except BackendUnavailable:
        return customer_page(request, "join/unavailable.html", status=AWAY, form=form, kept=(*FIELDS, "idem"))


def _checked(request: Request, form: Form) -> SelfEnroll | None:
    """None when a field is invalid; `form.errors` then holds every error."""
    language = language_of(request)
    _ = get_translator(language).gettext
    values = {
        "email": form.text("email"),
        "first_name": form.optional("first_name"),
        "language": language if language in LANGUAGES else None,
        "accept_terms": bool(form.text("accept_terms")),
        "accept_marketing": bool(form.text("accept_marketing")),
    }
    if not values["accept_terms"]:
        form.errors["accept_terms"] = _("Please accept the terms to get a card.")
    try:
        body = body_of(SelfEnroll, values, _("Enter your email address, like marie@example.com."))
    except FormError as error:
        name = _("Enter a name of at most 100 characters, without web addresses.")
        form.errors[error.field] = error.sentence if error.field == "email" else name
        return None
    return None if form.errors else body


def _key(form: Form, body: SelfEnroll) -> str:
    """The same form sent again is the same enrollment. Another address in it, as on a shared phone, is a new one."""
    return hashlib.sha256(form.text("idem").encode() + msgspec.json.encode(body)).hexdigest()


def _joined(request: Request, joined: SelfEnrollView) -> Response[str]:
    """Redirects to the page of a new card. A known email address gets its card by email only."""
    if joined.card.page_url is None:
        return customer_page(request, "join/sent.html", works_at=joined.works_at)
    address = kept_language(request, urlsplit(joined.card.page_url).path)
    return redirect(request, f"{address}{'&' if '?' in address else '?'}welcome={'mailed' if joined.mailed else 'new'}")


async def _again(request: Request, caller: Caller, store_code: str, form: Form) -> Response[str]:
    try:
        program = await get_public_program(caller, store_code)
    except BackendProblem as problem:
        return _refused(request, problem)
    return _form_page(request, program, form, status=UNPROCESSABLE)


def _form_page(request: Request, program: PublicProgram, form: Form, *, status: int = 200) -> Response[str]:
    if not program.open_for_enrollment:
        store = program.store
        return customer_page(request, "join/closed.html", store_name=store.name, store_code=store.code, is_off=False)
    return customer_page(
        request,
        "join/page.html",
        status=status,
        store_name=program.store.name,
        brand=brand_url(program.card_color),
        program=program,
        benefits=describe_benefits(program, language_of(request)),
        form=form,
        wrong=next((name for name in FIELDS if name in form.errors), None),
    )


def _refused(request: Request, problem: BackendProblem) -> Response[str]:
    if problem.status == NOT_FOUND:
        return customer_page(request, "join/unknown.html", status=NOT_FOUND)
    if problem.code in CLOSED:
        return customer_page(request, "join/closed.html", store_code=None, is_off=problem.code == OFF)
    if problem.status == TOO_MANY:
        return customer_page(request, "join/wait.html", status=TOO_MANY)
    raise problem
