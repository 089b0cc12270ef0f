"""The lock: who works here, and the pad."""

from urllib.parse import urlsplit

from litestar import Response

from backend.identity.takeover.schemas import Colleague
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.till import list_colleagues
from frontend.kit.caller import provide_caller
from frontend.kit.pages import is_htmx, local_path, page
from frontend.kit.person import Person, find_person
from frontend.kit.request import Request

STATUS = 423
SIGNED_OUT = 401


async def lock_page(
    request: Request, *, status: int = STATUS, error: str | None = None, after: str | None = None, chosen: str = ""
) -> Response[str]:
    """Covers the till for htmx, so that entered values are kept; a page of its own otherwise.

    `after`: the page to go to once it is open. `chosen`: the id of who unlocks it, empty for who is at the till.
    """
    person = find_person(request)
    return page(
        request,
        "till/lock/page.html",
        status=status,
        error=error,
        next=after or _return_path(request),
        colleagues=await _colleagues(request, person) if person and person.store else [],
        chosen=chosen,
    )


async def _colleagues(request: Request, person: Person) -> list[Colleague]:
    """All who can take over but the person themselves; nobody when the backend does not answer."""
    try:
        listed = await list_colleagues(provide_caller(request))
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        return []
    except BackendUnavailable:
        return []
    return [colleague for colleague in listed if colleague.user_id != person.user_id]


def _return_path(request: Request) -> str:
    if is_htmx(request):
        return local_path(urlsplit(request.headers.get("hx-current-url", "")).path, "/till")
    return request.url.path if request.method == "GET" else "/till"
