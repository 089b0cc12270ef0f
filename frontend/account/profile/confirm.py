"""“Confirm that it is you”: password and second factor, before something of one's own account is changed."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromQuery

from backend.identity.factors.schemas import PersonProof, SecondFactors
from frontend.account.profile.answers import UNPROCESSABLE, answered
from frontend.account.sign_in.second_step import factor_of
from frontend.api.account import begin_own_confirmation, confirm_own_session, get_own_factors
from frontend.api.client import Caller
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import local_path, page, redirect
from frontend.kit.person import PROFILE, renew_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator


@get("/profile/confirm")
async def show_confirmation(
    request: Request,
    caller: NamedDependency[Caller],
    next: FromQuery[str | None] = None,  # noqa: A002 - the name in the address
) -> Response[str]:
    return _screen(request, Form({"next": next or PROFILE}), 200, await get_own_factors(caller))


@post("/profile/confirm/passkey-options", status_code=200)
async def offer_confirmation(caller: NamedDependency[Caller]) -> Response[bytes]:
    """For the script: what the browser asks a passkey for."""
    return Response(msgspec.json.encode(await begin_own_confirmation(caller)), media_type=MediaType.JSON)


@post("/profile/confirm")
async def take_confirmation(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form, factors = await read_form(request), await get_own_factors(caller)

    def show(refused: Form, status: int) -> Response[str]:
        return _screen(request, refused, status, factors)

    form.errors = _missing(request, form, factors)
    if form.errors:
        return show(form, UNPROCESSABLE)
    return await answered(request, form, show, _confirm(request, caller, form, factors))


async def _confirm(request: Request, caller: Caller, form: Form, factors: SecondFactors) -> Response[str]:
    factor: dict[str, Any] = factor_of(form) if _has_any(factors) else {}
    body = PersonProof(password=form.fields.get("password", ""), step=form.optional("step"), **factor)
    renew_person(request, await confirm_own_session(caller, body))
    return redirect(request, local_path(form.text("next"), PROFILE))


def _missing(request: Request, form: Form, factors: SecondFactors) -> dict[str, str]:
    _ = get_translator(language_of(request)).gettext
    errors = {} if form.fields.get("password") else {"password": _("Enter your password.")}
    if _has_any(factors) and not form.text("code") and not form.text("passkey"):
        errors["code"] = _("Enter a code.")
    return errors


def _has_any(factors: SecondFactors) -> bool:
    return factors.has_authenticator or bool(factors.passkeys)


def _screen(request: Request, form: Form, status: int, factors: SecondFactors) -> Response[str]:
    after = local_path(form.text("next"), PROFILE)
    return page(request, "account/profile/confirm.html", status=status, form=form, next=after, factors=factors)
