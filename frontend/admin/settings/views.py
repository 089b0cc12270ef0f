"""Settings of the platform: shown with their sources, compared before they are saved, and reset."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from backend.messaging.connection_test.schemas import LastConnectionTest
from backend.settings.schemas import SettingCategory, SettingsChange
from frontend.admin.settings.categories import CATEGORIES
from frontend.admin.settings.category_page import category_page
from frontend.admin.settings.form import changes_of, take_errors, take_over
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.api.settings import change_settings, check_settings, find_last_test, get_settings, reset_settings
from frontend.kit.conflicts import saved_by
from frontend.kit.fields import version_of
from frontend.kit.forms import Form, read_form, read_query
from frontend.kit.pages import redirect
from frontend.kit.problems import SIGNED_OUT
from frontend.kit.request import Request

SETTINGS, EMAIL = "/admin/settings", "email"
STALE, FORBIDDEN = 412, 403
SAVED = ("changed", "reset", "unchanged")


@get(SETTINGS, name="admin-settings")
async def show_settings(request: Request) -> Response[str]:
    return redirect(request, f"{SETTINGS}/{EMAIL}")


@get(f"{SETTINGS}/{{category:str}}", name="admin-settings-category")
async def show_category(request: Request, caller: NamedDependency[Caller], category: FromPath[str]) -> Response[str]:
    view = await read_category(caller, category)
    saved = read_query(request).text("saved")
    return category_page(request, view, saved=saved if saved in SAVED else "", last=await last_test(caller, view))


@post(f"{SETTINGS}/{{category:str}}", status_code=200)
async def take_category(request: Request, caller: NamedDependency[Caller], category: FromPath[str]) -> Response[str]:
    """First shows what would change; saves when the person has confirmed that."""
    form, view = await read_form(request), await read_category(caller, category)
    values = changes_of(form, view)
    if not values:
        return redirect(request, f"{SETTINGS}/{category}?saved=unchanged")
    change = SettingsChange(values, form.optional("reason"))
    try:
        if not form.text("confirmed"):
            preview = await check_settings(caller, category, change, version_of(form))
            return category_page(request, view, form, differences=preview.differences)
        await change_settings(caller, category, change, version_of(form))
    except BackendProblem as problem:
        return _refused(request, view, form, problem)
    return redirect(request, f"{SETTINGS}/{category}?saved=changed")


@post(f"{SETTINGS}/{{category:str}}/reset", status_code=200)
async def take_reset(request: Request, caller: NamedDependency[Caller], category: FromPath[str]) -> Response[str]:
    """Resets the setting named by the button, or all of the category."""
    form, view = await read_form(request), await read_category(caller, category)
    try:
        await reset_settings(caller, category, form.optional("key"), version_of(form))
    except BackendProblem as problem:
        return _refused(request, view, form, problem)
    return redirect(request, f"{SETTINGS}/{category}?saved=reset")


async def read_category(caller: Caller, category: str) -> SettingCategory:
    """Raises NotFoundException for a category that has no page."""
    if category not in CATEGORIES:
        raise NotFoundException
    return await get_settings(caller, category)


async def last_test(caller: Caller, category: SettingCategory) -> LastConnectionTest | None:
    """The newest connection test, when it has failed with the server that the settings still name."""
    if category.category != EMAIL:
        return None
    last, values = await find_last_test(caller), {setting.key: setting.value for setting in category.settings}
    is_same = last is not None and (last.host, last.port) == (values["smtp_host"], values["smtp_port"])
    return last if last is not None and is_same and not last.is_ok else None


def _refused(request: Request, view: SettingCategory, form: Form, problem: BackendProblem) -> Response[str]:
    """The form with what was entered, and the reasons at the fields."""
    if problem.status in {SIGNED_OUT, FORBIDDEN}:
        raise problem
    if problem.status == STALE:
        moved = take_over(form, view)
        return category_page(request, view, form, status=STALE, stale=saved_by(request, problem), moved=moved)
    take_errors(form, problem)
    return category_page(request, view, form, status=problem.status)
