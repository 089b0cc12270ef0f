"""An administrator stops acting for a merchant."""

from contextlib import suppress

from litestar import Response, post
from litestar.di import NamedDependency

from frontend.api.client import Caller
from frontend.api.merchants import end_on_behalf
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.pages import redirect
from frontend.kit.person import ADMIN, be_oneself, find_person
from frontend.kit.request import Request


@post("/on-behalf/end")
async def take_end_of_on_behalf(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """Also when the backend does not answer, or the half hour is over: the token then ends by itself."""
    person = find_person(request)
    if person is None or person.on_behalf_until is None:
        return redirect(request, "/")
    with suppress(BackendProblem, BackendUnavailable):
        await end_on_behalf(caller)
    be_oneself(request)
    return redirect(request, f"{ADMIN}/merchants/{person.merchant_code}?done=ended")
