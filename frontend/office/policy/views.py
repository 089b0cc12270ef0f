"""The merchant's policy: all of it is shown, and after how long its tills lock is set here."""

from functools import partial

from litestar import Response, get, post
from litestar.di import NamedDependency

from backend.merchants.policy.schemas import OwnPolicyChange, PolicyDetail
from frontend.api.client import Caller
from frontend.api.policy import change_own_policy, get_own_policy
from frontend.kit.forms import body_of, read_form, read_query
from frontend.kit.request import Request
from frontend.policy.editor import PolicyEditor
from frontend.policy.form import Values

POLICY = "/office/policy"


@get(POLICY, name="office-policy")
async def show_policy(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return await _editor(caller).show(request, done=read_query(request).text("done"))


@post(POLICY, status_code=200)
async def take_policy(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return await _editor(caller).take(request, await read_form(request))


def _editor(caller: Caller) -> PolicyEditor:
    return PolicyEditor(POLICY, partial(get_own_policy, caller), partial(_save, caller))


async def _save(caller: Caller, values: Values, version: int) -> PolicyDetail:
    return await change_own_policy(caller, body_of(OwnPolicyChange, values, ""), version=version)
