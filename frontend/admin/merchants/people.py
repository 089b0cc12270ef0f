"""People are invited to own a merchant."""

from collections.abc import Awaitable
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.identity.invitations.schemas import StaffInvitationDraft
from frontend.admin.merchants.details import PATH
from frontend.admin.merchants.views import MERCHANTS, refuse, refuse_fields
from frontend.api.client import Caller
from frontend.api.merchants import invite_to_merchant, resend_to_merchant, withdraw_from_merchant
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form, FormError, body_of, read_form
from frontend.kit.pages import redirect
from frontend.kit.request import Request


@post(f"{PATH}/invitations")
async def take_owner_invitation(
    request: Request, caller: NamedDependency[Caller], code: FromPath[str]
) -> Response[str]:
    """An owner: the owner gives everybody else their places."""
    form = await read_form(request)
    values = {
        "email": form.text("email"),
        "name": form.optional("person_name"),
        "language": form.text("language"),
        "role": "merchant_owner",
    }
    try:
        await invite_to_merchant(caller, code, body_of(StaffInvitationDraft, values, ""))
    except FormError as error:
        return await refuse_fields(request, caller, code, form, error)
    except BackendProblem as problem:
        return await refuse(request, caller, code, form, problem)
    return redirect(request, f"{MERCHANTS}/{code}?done=invited")


@post(f"{PATH}/invitations/{{invitation_id:uuid}}/resend")
async def take_owner_resend(
    request: Request, caller: NamedDependency[Caller], code: FromPath[str], invitation_id: FromPath[UUID]
) -> Response[str]:
    return await _changed(request, caller, code, resend_to_merchant(caller, code, invitation_id), done="resent")


@post(f"{PATH}/invitations/{{invitation_id:uuid}}/withdraw")
async def take_owner_withdrawal(
    request: Request, caller: NamedDependency[Caller], code: FromPath[str], invitation_id: FromPath[UUID]
) -> Response[str]:
    return await _changed(request, caller, code, withdraw_from_merchant(caller, code, invitation_id), done="withdrawn")


async def _changed(
    request: Request, caller: Caller, code: str, change: Awaitable[object], *, done: str
) -> Response[str]:
    try:
        await change
    except BackendProblem as problem:
        return await refuse(request, caller, code, Form({}), problem)
    return redirect(request, f"{MERCHANTS}/{code}?done={done}")
