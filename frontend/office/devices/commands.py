"""What the owner asks one tablet to do: show a message, or delete everything."""

from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.devices.schemas import DeviceMessage
from frontend.api.client import Caller
from frontend.api.devices import get_device, request_wipe, send_message, withdraw_wipe
from frontend.api.responses import BackendProblem
from frontend.kit.forms import FormError, body_of, read_form
from frontend.kit.pages import redirect
from frontend.kit.request import Request
from frontend.office.devices.editor import form_of, refused_page, wrong_field_page
from frontend.office.devices.views import DEVICES
from i18n.translator import N_

TEXT_WRONG = N_("Enter a message of one line.")


@post(f"{DEVICES}/{{device_id:uuid}}/message")
async def take_message(request: Request, caller: NamedDependency[Caller], device_id: FromPath[UUID]) -> Response[str]:
    form, device = await read_form(request), await get_device(caller, device_id)
    try:
        await send_message(caller, device_id, body_of(DeviceMessage, {"text": form.text("text")}, ""))
    except FormError:
        return wrong_field_page(request, device, form, "text", TEXT_WRONG)
    except BackendProblem as problem:
        return refused_page(request, device, form_of(device), problem)
    return redirect(request, f"{DEVICES}/{device_id}?done=sent")


@post(f"{DEVICES}/{{device_id:uuid}}/wipe")
async def take_wipe(request: Request, caller: NamedDependency[Caller], device_id: FromPath[UUID]) -> Response[str]:
    """`keep`: it is asked no more."""
    form, device = await read_form(request), await get_device(caller, device_id)
    is_kept = form.text("keep") == "yes"
    try:
        await (withdraw_wipe if is_kept else request_wipe)(caller, device_id)
    except BackendProblem as problem:
        return refused_page(request, device, form_of(device), problem)
    return redirect(request, f"{DEVICES}/{device_id}?done={'kept' if is_kept else 'asked'}")
