"""API keys: the list, a new one, a new secret."""

from datetime import UTC, datetime
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.api_keys.schemas import ApiKeyRotation, ApiKeySecret
from frontend.account.profile.answers import answered, confirmation_first
from frontend.api.api_keys import create_api_key, get_api_key, list_api_keys, rotate_api_key
from frontend.api.client import Caller
from frontend.api.identity import list_permissions
from frontend.kit.forms import Form, read_form, read_query
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.office.api_keys.form import ALL, NEVER, draft_of
from frontend.office.api_keys.messages import OVERLAPS, ApiKeyMessages
from frontend.office.staff.views import stores_of

API = "/office/api"
DAY = "24"


@get(API, name="office-api")
async def show_keys(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """`done` in the address: what has just happened, to be said once."""
    keys = (await list_api_keys(caller)).data
    messages = ApiKeyMessages(language_of(request), stores_of(request))
    return page(
        request, "office/api_keys/page.html", keys=keys, done=read_query(request).text("done"), messages=messages
    )


@get(f"{API}/new", name="office-api-new")
async def show_new_key(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = Form({"scope": ALL, "expires": NEVER})
    return await confirmation_first(request, caller) or await _form(request, caller, form, 200)


@post(f"{API}/new")
async def take_new_key(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    permissions = (await list_permissions(caller)).permissions
    messages = ApiKeyMessages(language_of(request), stores_of(request), permissions)

    async def create() -> Response[str]:
        return _secret(request, await create_api_key(caller, draft_of(form, datetime.now(UTC), language_of(request))))

    def show(refused: Form, status: int) -> Response[str]:
        return _new(request, refused, messages, status)

    return await answered(request, form, show, create())


@get(f"{API}/{{key_id:uuid}}/rotate", name="office-api-rotate")
async def show_rotation(request: Request, caller: NamedDependency[Caller], key_id: FromPath[UUID]) -> Response[str]:
    first = await confirmation_first(request, caller)
    return first or await _rotation(request, caller, key_id, Form({"overlap_hours": DAY}), 200)


@post(f"{API}/{{key_id:uuid}}/rotate")
async def take_rotation(request: Request, caller: NamedDependency[Caller], key_id: FromPath[UUID]) -> Response[str]:
    form = await read_form(request)
    hours = form.text("overlap_hours") if form.text("overlap_hours") in OVERLAPS else DAY
    screen = await _rotation(request, caller, key_id, form, 200)

    async def rotate() -> Response[str]:
        return _secret(request, await rotate_api_key(caller, key_id, ApiKeyRotation(int(hours))))

    return await answered(request, form, lambda _refused, _status: screen, rotate())


def _secret(request: Request, key: ApiKeySecret) -> Response[str]:
    return page(request, "office/api_keys/secret.html", key=key, headers={"Cache-Control": "no-store"})


async def _form(request: Request, caller: Caller, form: Form, status: int) -> Response[str]:
    permissions = (await list_permissions(caller)).permissions
    return _new(request, form, ApiKeyMessages(language_of(request), stores_of(request), permissions), status)


def _new(request: Request, form: Form, messages: ApiKeyMessages, status: int) -> Response[str]:
    return page(
        request,
        "office/api_keys/new.html",
        status=status,
        form=form,
        stores=stores_of(request),
        messages=messages,
        key=None,
    )


async def _rotation(request: Request, caller: Caller, key_id: UUID, form: Form, status: int) -> Response[str]:
    key, messages = await get_api_key(caller, key_id), ApiKeyMessages(language_of(request), stores_of(request))
    return page(request, "office/api_keys/rotate.html", status=status, key=key, form=form, messages=messages)
