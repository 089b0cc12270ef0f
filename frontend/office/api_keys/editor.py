"""One API key: its rights, and the way to revoke it."""

from datetime import UTC, datetime
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.api_keys.schemas import ApiKeyDetail
from frontend.api.api_keys import change_api_key, get_api_key, revoke_api_key
from frontend.api.client import Caller
from frontend.api.identity import list_permissions
from frontend.api.responses import BackendProblem
from frontend.kit.conflicts import saved_by
from frontend.kit.fields import version_of
from frontend.kit.forms import Form, FormError, errors_of, read_form
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.problems import SIGNED_OUT
from frontend.kit.request import Request
from frontend.office.api_keys.form import change_of, form_of
from frontend.office.api_keys.messages import ApiKeyMessages
from frontend.office.api_keys.views import API
from frontend.office.staff.views import stores_of

STALE, UNPROCESSABLE = 412, 422


@get(f"{API}/{{key_id:uuid}}", name="office-api-key")
async def show_key(request: Request, caller: NamedDependency[Caller], key_id: FromPath[UUID]) -> Response[str]:
    key = await get_api_key(caller, key_id)
    return await _page(request, caller, key, form_of(key))


@post(f"{API}/{{key_id:uuid}}")
async def take_key(request: Request, caller: NamedDependency[Caller], key_id: FromPath[UUID]) -> Response[str]:
    form, key = await read_form(request), await get_api_key(caller, key_id)
    try:
        change = change_of(form, datetime.now(UTC), language_of(request))
        await change_api_key(caller, key_id, change, version=version_of(form))
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return await _page(request, caller, key, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status == STALE:
            # What is saved now is shown in place of what was entered.
            return await _page(request, caller, key, form_of(key), status=STALE, stale=saved_by(request, problem))
        if problem.status == SIGNED_OUT:
            raise
        form.errors = errors_of(problem) or {"": problem.sentence}
        return await _page(request, caller, key, form, status=problem.status)
    return redirect(request, f"{API}?done=saved")


@post(f"{API}/{{key_id:uuid}}/revoke")
async def take_key_revocation(
    request: Request, caller: NamedDependency[Caller], key_id: FromPath[UUID]
) -> Response[str]:
    await revoke_api_key(caller, key_id)
    return redirect(request, f"{API}?done=revoked")


async def _page(
    request: Request, caller: Caller, key: ApiKeyDetail, form: Form, *, status: int = 200, stale: str = ""
) -> Response[str]:
    permissions, stores = (await list_permissions(caller)).permissions, stores_of(request)
    return page(
        request,
        "office/api_keys/editor.html",
        status=status,
        key=key,
        form=form,
        stores=stores,
        stale=stale,
        messages=ApiKeyMessages(language_of(request), stores, permissions),
    )
