"""An administrator changes a merchant's policy."""

from functools import partial

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.merchants.policy.schemas import PolicyBody, PolicyDetail
from frontend.admin.merchants.details import PATH
from frontend.admin.merchants.views import MERCHANTS
from frontend.api.client import Caller
from frontend.api.merchants import get_merchant
from frontend.api.policy import get_policy, set_policy
from frontend.kit.forms import body_of, read_form, read_query
from frontend.kit.request import Request
from frontend.policy.editor import PolicyEditor
from frontend.policy.form import Values
from frontend.policy.rules import RULES


@get(f"{PATH}/policy", name="admin-policy")
async def show_policy(request: Request, caller: NamedDependency[Caller], code: FromPath[str]) -> Response[str]:
    editor = await _editor(caller, code)
    return await editor.show(request, done=read_query(request).text("done"))


@post(f"{PATH}/policy", status_code=200)
async def take_policy(request: Request, caller: NamedDependency[Caller], code: FromPath[str]) -> Response[str]:
    editor = await _editor(caller, code)
    return await editor.take(request, await read_form(request))


async def _editor(caller: Caller, code: str) -> PolicyEditor:
    merchant, path = await get_merchant(caller, code), f"{MERCHANTS}/{code}"
    return PolicyEditor(
        f"{path}/policy", partial(get_policy, caller, code), partial(_save, caller, code), merchant.name, path
    )


async def _save(caller: Caller, code: str, values: Values, version: int) -> PolicyDetail:
    """All rules are sent: what was not changed as it is now, which is of this version or refused."""
    stored = await get_policy(caller, code)
    rules = {field: getattr(stored, field) for field in RULES} | values
    return await set_policy(caller, code, body_of(PolicyBody, rules, ""), version=version)
