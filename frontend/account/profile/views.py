"""The signed-in person's own account at a glance."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from frontend.account.profile.answers import DONE, answered, back, refusal
from frontend.api.account import (
    end_own_other_sessions,
    end_own_session,
    get_own_factors,
    list_own_sessions,
)
from frontend.api.client import Caller
from frontend.kit.forms import Form
from frontend.kit.pages import page
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator


@get("/profile", name="profile")
async def show_profile(
    request: Request, caller: NamedDependency[Caller], done: FromQuery[str | None] = None
) -> Response[str]:
    """`done`: what has just been done, as the address says."""
    person, factors = find_person(request), await get_own_factors(caller)
    lacks_factor = person is not None and person.lacks_second_factor
    sessions = [] if lacks_factor else (await list_own_sessions(caller)).sessions
    says = DONE.get(done or "")
    return page(
        request,
        "account/profile/page.html",
        factors=factors,
        sessions=sessions,
        says=get_translator(language_of(request)).gettext(says) if says else "",
    )


@post("/profile/sessions/{session_id:uuid}/end")
async def take_session_end(
    request: Request, session_id: FromPath[UUID], caller: NamedDependency[Caller]
) -> Response[str]:
    async def end() -> Response[str]:
        await end_own_session(caller, session_id)
        return back(request, "session")

    return await answered(request, Form({}), refusal(request), end())


@post("/profile/sessions/end")
async def take_sessions_end(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    async def end() -> Response[str]:
        await end_own_other_sessions(caller)
        return back(request, "sessions")

    return await answered(request, Form({}), refusal(request), end())
