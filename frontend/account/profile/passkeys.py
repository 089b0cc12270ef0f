"""Passkeys of one's own: made by the browser, named, removed."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath

from backend.identity.factors.schemas import PasskeyRegistration
from frontend.account.profile.answers import UNPROCESSABLE, answered, back, confirmation_first, refusal
from frontend.account.profile.authenticator import after_adding
from frontend.account.sign_in.second_step import credential_of
from frontend.api.account import add_own_passkey, begin_own_passkey, remove_own_passkey, rename_own_passkey
from frontend.api.client import Caller
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator

NAME_MAX = 100


@get("/profile/passkeys")
async def show_new_passkey(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return await confirmation_first(request, caller) or _screen(request, Form({}))


@post("/profile/passkeys/options", status_code=200)
async def offer_new_passkey(caller: NamedDependency[Caller]) -> Response[bytes]:
    """For the script: what the browser asks an authenticator for."""
    return Response(msgspec.json.encode(await begin_own_passkey(caller)), media_type=MediaType.JSON)


@post("/profile/passkeys")
async def take_new_passkey(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    _ = get_translator(language_of(request)).gettext

    def show(refused: Form, status: int) -> Response[str]:
        return _screen(request, refused, status=status)

    async def add() -> Response[str]:
        body = PasskeyRegistration(form.text("step"), credential_of(form), form.text("name")[:NAME_MAX])
        return after_adding(request, await add_own_passkey(caller, body))

    if not form.text("name"):
        form.errors = {"name": _("Enter a name.")}
        return show(form, UNPROCESSABLE)
    return await answered(request, form, show, add())


@post("/profile/passkeys/{passkey_id:uuid}/name")
async def take_passkey_name(
    request: Request, passkey_id: FromPath[UUID], caller: NamedDependency[Caller]
) -> Response[str]:
    form = await read_form(request)

    async def rename() -> Response[str]:
        await rename_own_passkey(caller, passkey_id, form.text("name"))
        return back(request, "passkey-renamed")

    return await answered(request, form, refusal(request), rename())


@post("/profile/passkeys/{passkey_id:uuid}/remove")
async def take_passkey_removal(
    request: Request, passkey_id: FromPath[UUID], caller: NamedDependency[Caller]
) -> Response[str]:
    async def remove() -> Response[str]:
        await remove_own_passkey(caller, passkey_id)
        return back(request, "passkey-removed")

    return await answered(request, Form({}), refusal(request), remove())


def _screen(request: Request, form: Form, *, status: int = 200) -> Response[str]:
    return page(request, "account/profile/passkeys.html", status=status, form=form)
