"""Details and program of a merchant are saved."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.administration.schemas.merchants import MerchantChange
from backend.administration.schemas.programs import TemplateChoice
from frontend.admin.merchants.views import MERCHANTS, refuse, refuse_field
from frontend.api.client import Caller
from frontend.api.merchants import add_program, change_merchant
from frontend.api.responses import BackendProblem
from frontend.kit.fields import version_of
from frontend.kit.forms import FormError, body_of, read_form
from frontend.kit.pages import redirect
from frontend.kit.request import Request

PATH = f"{MERCHANTS}/{{code:str}}"


@post(f"{PATH}/details")
async def take_details(request: Request, caller: NamedDependency[Caller], code: FromPath[str]) -> Response[str]:
    form = await read_form(request)
    values = {
        "name": form.text("name"),
        "timezone": form.text("timezone"),
        "language": form.text("language"),
        "contact_email": form.optional("contact_email"),
        "postal_address": form.optional("postal_address"),
    }
    try:
        await change_merchant(caller, code, body_of(MerchantChange, values, ""), version=version_of(form))
    except FormError as error:
        return await refuse_field(request, caller, code, form, error.field)
    except BackendProblem as problem:
        return await refuse(request, caller, code, form, problem)
    return redirect(request, f"{MERCHANTS}/{code}?done=saved")


@post(f"{PATH}/program")
async def take_program(request: Request, caller: NamedDependency[Caller], code: FromPath[str]) -> Response[str]:
    form = await read_form(request)
    try:
        await add_program(caller, code, body_of(TemplateChoice, {"type": form.text("type")}, ""))
    except FormError as error:
        return await refuse_field(request, caller, code, form, error.field)
    except BackendProblem as problem:
        return await refuse(request, caller, code, form, problem)
    return redirect(request, f"{MERCHANTS}/{code}?done=program")
