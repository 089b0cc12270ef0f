"""The merchant's tablets, and a new one."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from backend.devices.schemas import DeviceDraft
from frontend.api.client import Caller
from frontend.api.devices import create_device, list_devices
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form, FormError, body_of, errors_of, read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.problems import SIGNED_OUT
from frontend.kit.request import Request
from frontend.office.devices.messages import DeviceMessages
from i18n.translator import N_, get_translator

DEVICES = "/office/devices"
UNPROCESSABLE = 422
NAME_WRONG = N_("Enter a name of one line, such as “Counter left”.")


@get(DEVICES, name="office-devices")
async def show_devices(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """`done` in the address: what has just happened, to be said once."""
    return page(
        request,
        "office/devices/page.html",
        devices=await list_devices(caller),
        done=read_query(request).text("done"),
        messages=DeviceMessages(language_of(request)),
    )


@get(f"{DEVICES}/new", name="office-device-new")
async def show_new_device(request: Request) -> Response[str]:
    return _form(request, Form({"profile": "till"}))


@post(f"{DEVICES}/new")
async def take_new_device(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    values = {"name": form.text("name"), "store_code": form.text("store_code"), "profile": form.text("profile")}
    try:
        device = await create_device(caller, body_of(DeviceDraft, values, ""))
    except FormError as error:
        form.errors[error.field] = get_translator(language_of(request)).gettext(NAME_WRONG)
        return _form(request, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        form.errors |= errors_of(problem) or {"": problem.sentence}
        return _form(request, form, status=problem.status)
    return redirect(request, f"{DEVICES}/{device.id}")


def stores_by_code(request: Request) -> dict[str, str]:
    person = find_person(request)
    return {store.code: store.name for store in person.stores} if person else {}


def _form(request: Request, form: Form, *, status: int = 200) -> Response[str]:
    return page(
        request,
        "office/devices/new.html",
        status=status,
        form=form,
        stores=stores_by_code(request),
        messages=DeviceMessages(language_of(request)),
    )
