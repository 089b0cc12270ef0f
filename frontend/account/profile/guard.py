"""Restricts the profile to its person: a locked till opens the page of the PIN only, which asks for the password."""

from litestar import Response

from frontend.kit.person import find_person
from frontend.kit.problems import acting_page, to_sign_in
from frontend.kit.request import Request
from frontend.till.lock.screen import lock_page
from frontend.till.lock.views import LOCKED

OPEN_WHEN_LOCKED = ("/profile/pin", "/profile/confirm")


async def require_person(request: Request) -> Response[str] | None:
    """Runs before every page of the profile."""
    person = find_person(request)
    if person is None:
        return to_sign_in(request)
    if person.on_behalf_until:
        return acting_page(request, person)
    is_locked = request.session.get(LOCKED) and not request.url.path.startswith(OPEN_WHEN_LOCKED)
    return await lock_page(request) if is_locked else None
