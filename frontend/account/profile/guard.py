"""Restricts the profile to its person: a locked till opens the page of the PIN only, which asks for the password."""

from litestar import Response

from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.problems import FORBIDDEN, acting_page, problem_page, to_sign_in
from frontend.kit.request import Request
from frontend.till.lock.screen import lock_page
from frontend.till.lock.views import LOCKED
from i18n.translator import get_translator

OPEN_WHEN_LOCKED = ("/profile/pin", "/profile/confirm")


async def require_person(request: Request) -> Response[str] | None:
    """Runs before every page of the profile."""
    person = find_person(request)
    if person is None:
        return to_sign_in(request)
    if person.on_behalf_until:
        return acting_page(request, person)
    if request.session.get(LOCKED) and not request.url.path.startswith(OPEN_WHEN_LOCKED):
        return await lock_page(request)
    return _refusal_of_pin(request) if person.is_by_pin else None


def _refusal_of_pin(request: Request) -> Response[str]:
    """As the backend words it, also where a page asks the backend for nothing."""
    _ = get_translator(language_of(request)).gettext
    return problem_page(request, FORBIDDEN, _("Sign in with your password"), _("A PIN opens the till only."))
