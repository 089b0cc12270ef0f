"""The step after the password, and the sign-in with a passkey alone."""

import re
from typing import Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.enums import MediaType

from backend.identity.factors.schemas import PasskeySignIn, SecondStep
from frontend.account.sign_in.arrival import arrive
from frontend.account.sign_in.screen import AWAY, UNPROCESSABLE, Step, show_form
from frontend.api.client import Caller
from frontend.api.identity import begin_passkey_sign_in, sign_in_with_factor, sign_in_with_passkey
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.forms import Form, read_form
from frontend.kit.known_device import known_device
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator

SIX_DIGITS = re.compile("[0-9]{6}")
RECOVERY_CODE_MAX = 40
OVER = {"step_ended", "passkey_refused"}
"""After these the sign-in begins anew."""


@post("/sign-in/second-factor")
async def take_second_step(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    _ = get_translator(language_of(request)).gettext
    if not form.text("code") and not form.text("passkey"):
        form.errors = {"code": _("Enter a code.")}
        return show_form(request, form, status=UNPROCESSABLE, step=Step.of_form(form))
    try:
        body = SecondStep(attempt=form.text("attempt"), **factor_of(form))
        answer = await sign_in_with_factor(caller.known_as(known_device(request)), body)
    except BackendProblem as problem:
        if problem.code in OVER:
            form.errors = {"": problem.sentence}
            return show_form(request, form, status=problem.status)
        form.errors = {"code": problem.sentence}
        return show_form(request, form, status=problem.status, step=Step.of_form(form))
    except BackendUnavailable:
        form.errors = {"": _("The server does not answer. Try again in a moment.")}
        return show_form(request, form, status=AWAY, step=Step.of_form(form))
    return arrive(request, answer, form)


@post("/sign-in/passkey-options", status_code=200)
async def offer_passkey(caller: NamedDependency[Caller]) -> Response[bytes]:
    """For the script: what the browser asks a passkey for."""
    return Response(msgspec.json.encode(await begin_passkey_sign_in(caller)), media_type=MediaType.JSON)


@post("/sign-in/passkey")
async def take_passkey(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    try:
        body = PasskeySignIn(step=form.text("step"), credential=credential_of(form))
        answer = await sign_in_with_passkey(caller.known_as(known_device(request)), body)
    except BackendProblem as problem:
        form.errors = {"": problem.sentence}
        return show_form(request, form, status=problem.status)
    except BackendUnavailable:
        _ = get_translator(language_of(request)).gettext
        form.errors = {"": _("The server does not answer. Try again in a moment.")}
        return show_form(request, form, status=AWAY)
    return arrive(request, answer, form)


def factor_of(form: Form) -> dict[str, Any]:
    """What the form proves: an answer of a passkey, six digits of an app, or anything else as a recovery code."""
    if form.text("passkey"):
        return {"passkey": credential_of(form)}
    code = "".join(form.text("code").split())
    return {"totp": code} if SIX_DIGITS.fullmatch(code) else {"recovery_code": code[:RECOVERY_CODE_MAX]}


def credential_of(form: Form) -> dict[str, Any]:
    """Empty for what is no JSON object: the backend refuses it."""
    try:
        return msgspec.json.decode(form.text("passkey"), type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return {}
