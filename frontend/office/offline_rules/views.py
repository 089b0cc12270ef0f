"""What the merchant's tablets may do without a network."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency

from backend.staff_pins.grants.schemas import OfflineRuleEntry
from frontend.api.client import Caller
from frontend.api.devices import list_devices
from frontend.api.offline_rules import get_offline_rules, set_offline_rules
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form, read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.problems import SIGNED_OUT
from frontend.kit.request import Request
from frontend.office.offline_rules.form import NUMBERS, SEEN, field_of, fingerprint, form_of, rules_of, with_own
from frontend.office.offline_rules.messages import OfflineRuleMessages

PATH = "/office/devices/offline-rules"
UNPROCESSABLE, STALE = 422, 412


@get(PATH, name="office-offline-rules")
async def show_offline_rules(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    rules = await get_offline_rules(caller)
    return await _page(request, caller, rules, form_of(rules), done=read_query(request).text("done"))


@post(PATH)
async def take_offline_rules(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form, stored = await read_form(request), await get_offline_rules(caller)
    rules = rules_of(form, stored, language_of(request))
    if form.errors:
        return await _page(request, caller, stored, form, status=UNPROCESSABLE)
    if form.text(SEEN) != fingerprint(stored):
        form.fields[SEEN] = fingerprint(stored)
        return await _page(request, caller, stored, form, status=STALE)
    return await _saved(request, caller, rules, "saved")


@post(f"{PATH}/own")
async def take_own_rules(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """A tablet gets rules of its own, for a start the same as all."""
    form, stored = await read_form(request), await get_offline_rules(caller)
    try:
        rules = with_own(stored, UUID(form.text("device_id")))
    except ValueError:
        return redirect(request, PATH)
    return await _saved(request, caller, rules, "added")


async def _saved(request: Request, caller: Caller, rules: list[OfflineRuleEntry], done: str) -> Response[str]:
    try:
        await set_offline_rules(caller, rules)
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        again = form_of(rules)
        again.errors[""] = problem.sentence
        return await _page(request, caller, rules, again, status=problem.status)
    return redirect(request, f"{PATH}?done={done}")


async def _page(
    request: Request, caller: Caller, rules: list[OfflineRuleEntry], form: Form, *, status: int = 200, done: str = ""
) -> Response[str]:
    messages = OfflineRuleMessages(language_of(request))
    devices = [device for device in await list_devices(caller) if device.state != "revoked"]
    names = {str(device.id): f"{device.name} · {device.store.name}" for device in devices}
    own = {str(rule.device_id) for rule in rules}
    return page(
        request,
        "office/offline_rules/page.html",
        status=status,
        rules=rules,
        form=form,
        field_of=field_of,
        bounds=NUMBERS,
        names=names,
        others={device_id: name for device_id, name in names.items() if device_id not in own},
        done=done,
        is_stale=status == STALE,
        messages=messages,
    )


OFFLINE_RULE_PAGES = Router(path="/", route_handlers=[show_offline_rules, take_offline_rules, take_own_rules])
