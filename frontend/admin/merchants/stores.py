"""Stores of a merchant are opened, changed and closed."""

from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.administration.schemas.stores import StoreChange, StoreDraft
from frontend.admin.merchants.details import PATH
from frontend.admin.merchants.views import MERCHANTS, refuse, refuse_field
from frontend.api.client import Caller
from frontend.api.merchants import change_store, open_store
from frontend.api.responses import BackendProblem
from frontend.kit.fields import version_of
from frontend.kit.forms import FormError, body_of, read_form
from frontend.kit.pages import redirect
from frontend.kit.request import Request


@post(f"{PATH}/stores")
async def take_new_store(request: Request, caller: NamedDependency[Caller], code: FromPath[str]) -> Response[str]:
    form = await read_form(request)
    values = {
        "name": form.text("store_name"),
        "code": form.text("store_code").upper(),
        "country": form.text("country").upper(),
        "is_live": bool(form.text("is_live")),
    }
    try:
        await open_store(caller, code, body_of(StoreDraft, values, ""))
    except FormError as error:
        return await refuse_field(request, caller, code, form, f"store_{error.field}")
    except BackendProblem as problem:
        return await refuse(request, caller, code, form, problem)
    return redirect(request, f"{MERCHANTS}/{code}?done=store")


@post(f"{PATH}/stores/{{store_id:uuid}}")
async def take_store_change(
    request: Request, caller: NamedDependency[Caller], code: FromPath[str], store_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request)
    values = {
        "name": form.text("name"),
        "timezone": form.text("timezone"),
        "country": form.text("country").upper(),
        "language": form.optional("language"),
        "is_active": bool(form.text("is_active")),
    }
    try:
        await change_store(caller, code, store_id, body_of(StoreChange, values, ""), version=version_of(form))
    except FormError as error:
        return await refuse_field(request, caller, code, form, error.field)
    except BackendProblem as problem:
        return await refuse(request, caller, code, form, problem)
    return redirect(request, f"{MERCHANTS}/{code}?done=saved")
