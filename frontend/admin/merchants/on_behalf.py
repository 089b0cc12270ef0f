"""An administrator begins to act for a merchant."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.identity.on_behalf.schemas import OnBehalfReason
from frontend.admin.merchants.details import PATH
from frontend.admin.merchants.views import refuse, refuse_fields
from frontend.api.client import Caller
from frontend.api.merchants import begin_on_behalf
from frontend.api.responses import BackendProblem
from frontend.kit.forms import FormError, body_of, read_form
from frontend.kit.pages import redirect
from frontend.kit.person import act_on_behalf, person_of
from frontend.kit.request import Request


@post(f"{PATH}/on-behalf")
async def take_on_behalf(request: Request, caller: NamedDependency[Caller], code: FromPath[str]) -> Response[str]:
    form = await read_form(request)
    try:
        begun = await begin_on_behalf(caller, code, body_of(OnBehalfReason, {"reason": form.text("reason")}, ""))
    except FormError as error:
        return await refuse_fields(request, caller, code, form, error)
    except BackendProblem as problem:
        return await refuse(request, caller, code, form, problem)
    acting = person_of(begun)
    act_on_behalf(request, acting)
    return redirect(request, acting.home)
