"""One tablet: its state, name and store; its pairing code; and the way to revoke it."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.devices.schemas import DeviceChange, DeviceRevocation, DeviceView
from frontend.api.client import Caller
from frontend.api.devices import change_device, get_device, make_pairing_code, resume_device, revoke_device
from frontend.api.responses import BackendProblem
from frontend.kit.conflicts import saved_by
from frontend.kit.fields import version_of
from frontend.kit.forms import Form, FormError, body_of, errors_of, read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.problems import SIGNED_OUT
from frontend.kit.request import Request
from frontend.office.devices.messages import DeviceMessages
from frontend.office.devices.views import DEVICES, NAME_WRONG, UNPROCESSABLE, stores_by_code
from i18n.translator import N_, get_translator

STALE = 412
REASON_MISSING = N_("Enter a reason, for example “Stolen”.")


@get(f"{DEVICES}/{{device_id:uuid}}", name="office-device")
async def show_device(request: Request, caller: NamedDependency[Caller], device_id: FromPath[UUID]) -> Response[str]:
    device = await get_device(caller, device_id)
    return device_page(request, device, form_of(device), done=read_query(request).text("done"))


@post(f"{DEVICES}/{{device_id:uuid}}")
async def take_device(request: Request, caller: NamedDependency[Caller], device_id: FromPath[UUID]) -> Response[str]:
    form, device = await read_form(request), await get_device(caller, device_id)
    values = {"name": form.text("name"), "store_code": form.text("store_code")}
    try:
        await change_device(caller, device_id, body_of(DeviceChange, values, ""), version=version_of(form))
    except FormError:
        form.errors["name"] = get_translator(language_of(request)).gettext(NAME_WRONG)
        return device_page(request, device, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status == STALE:
            form.fields["version"] = str(device.version)
            return device_page(request, device, form, status=STALE, stale=saved_by(request, problem))
        return refused_page(request, device, form, problem)
    return redirect(request, f"{DEVICES}/{device_id}?done=saved")


@post(f"{DEVICES}/{{device_id:uuid}}/code")
async def take_pairing_code(
    request: Request, caller: NamedDependency[Caller], device_id: FromPath[UUID]
) -> Response[str]:
    """Shows the code once: a new request makes a new one."""
    device = await get_device(caller, device_id)
    try:
        code = await make_pairing_code(caller, device_id)
    except BackendProblem as problem:
        return refused_page(request, device, form_of(device), problem)
    return page(request, "office/devices/code.html", device=device, code=code)


@post(f"{DEVICES}/{{device_id:uuid}}/revoke")
async def take_revocation(
    request: Request, caller: NamedDependency[Caller], device_id: FromPath[UUID]
) -> Response[str]:
    form, device = await read_form(request), await get_device(caller, device_id)
    values = {"reason": form.text("reason"), "wipe": form.text("wipe") == "yes"}
    try:
        await revoke_device(caller, device_id, body_of(DeviceRevocation, values, ""))
    except FormError:
        return wrong_field_page(request, device, form, "reason", REASON_MISSING)
    except BackendProblem as problem:
        return refused_page(request, device, form_of(device), problem)
    return redirect(request, f"{DEVICES}?done=revoked")


@post(f"{DEVICES}/{{device_id:uuid}}/resume")
async def take_resumption(
    request: Request, caller: NamedDependency[Caller], device_id: FromPath[UUID]
) -> Response[str]:
    try:
        await resume_device(caller, device_id)
    except BackendProblem as problem:
        device = await get_device(caller, device_id)
        return refused_page(request, device, form_of(device), problem)
    return redirect(request, f"{DEVICES}/{device_id}?done=resumed")


def wrong_field_page(request: Request, device: DeviceView, form: Form, field: str, sentence: str) -> Response[str]:
    """`form`: one of several on the page, of which only this field is kept."""
    again = form_of(device)
    again.fields[field] = form.text(field)
    again.errors[field] = get_translator(language_of(request)).gettext(sentence)
    return device_page(request, device, again, status=UNPROCESSABLE)


def refused_page(request: Request, device: DeviceView, form: Form, problem: BackendProblem) -> Response[str]:
    if problem.status == SIGNED_OUT:
        raise problem
    form.errors |= errors_of(problem) or {"": problem.sentence}
    return device_page(request, device, form, status=problem.status)


def form_of(device: DeviceView) -> Form:
    return Form({"name": device.name, "store_code": device.store.code, "version": str(device.version)})


def device_page(
    request: Request, device: DeviceView, form: Form, *, status: int = 200, stale: str = "", done: str = ""
) -> Response[str]:
    """A store that the person does not see, such as a closed one, stays the chosen one."""
    return page(
        request,
        "office/devices/editor.html",
        status=status,
        device=device,
        form=form,
        stores={device.store.code: device.store.name} | stores_by_code(request),
        stale=stale,
        done=done,
        messages=DeviceMessages(language_of(request)),
    )
