"""Recovery codes, shown once."""

from litestar import Response, post
from litestar.di import NamedDependency

from frontend.account.profile.answers import answered, refusal
from frontend.api.account import replace_own_recovery_codes
from frontend.api.client import Caller
from frontend.kit.forms import Form
from frontend.kit.pages import page
from frontend.kit.request import Request


@post("/profile/recovery-codes")
async def take_recovery_codes(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    async def replace() -> Response[str]:
        return show_codes(request, await replace_own_recovery_codes(caller))

    return await answered(request, Form({}), refusal(request), replace())


def show_codes(request: Request, codes: list[str]) -> Response[str]:
    return page(request, "account/profile/recovery_codes.html", codes=codes)
