"""A person who works for several merchants changes here from one to another, without signing in again."""

from litestar import Response, post
from litestar.di import NamedDependency

from frontend.api.client import Caller
from frontend.api.identity import switch_merchant
from frontend.kit.forms import read_form
from frontend.kit.pages import redirect
from frontend.kit.person import find_person, person_of, remember_person
from frontend.kit.problems import to_sign_in
from frontend.kit.request import Request
from frontend.till.lock.screen import lock_page
from frontend.till.lock.views import LOCKED


@post("/sign-in/merchant")
async def take_merchant(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """A locked till stays locked: the person at it may not be the person who signed in."""
    if find_person(request) is None:
        return to_sign_in(request)
    if request.session.get(LOCKED):
        return await lock_page(request)
    person = person_of(await switch_merchant(caller, (await read_form(request)).text("merchant")))
    remember_person(request, person)
    return redirect(request, person.home)
