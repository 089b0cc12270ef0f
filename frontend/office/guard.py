"""Restricts the office to owners, and to staff with a permission for one of its pages. The backend decides the rest."""

from litestar import Response

from frontend.kit.navigation import Place, places_of
from frontend.kit.pages import is_htmx, redirect
from frontend.kit.person import OFFICE, Person, find_person
from frontend.kit.preferences import language_of
from frontend.kit.problems import problem_page, to_sign_in
from frontend.kit.request import Request
from frontend.kit.rights import find_person_now
from frontend.till.lock.screen import lock_page
from frontend.till.lock.views import LOCKED
from i18n.translator import get_translator

FORBIDDEN = 403


async def require_office(request: Request) -> Response[str] | None:
    """Runs before every office page. A locked till locks the office, too."""
    person = find_person(request)
    if person is None:
        return to_sign_in(request)
    places = _places(request, person)
    if not _is_among(places):
        places = _places(request, await find_person_now(request))
    if places and request.session.get(LOCKED):
        return await _lock(request)
    if _is_among(places):
        return None
    if places and request.url.path == OFFICE:
        return redirect(request, places[0].path)
    _ = get_translator(language_of(request)).gettext
    text = _("Only the owner of a merchant can open this page. Ask them if you need something from it.")
    return problem_page(request, FORBIDDEN, _("No access"), text)


def _places(request: Request, person: Person | None) -> list[Place]:
    """The pages of the office that the person may open."""
    return [] if person is None or person.is_admin else places_of(person, request.url.path, language_of(request))


def _is_among(places: list[Place]) -> bool:
    """Whether the page asked for is one of them, or below one."""
    return any(place.is_current for place in places)


async def _lock(request: Request) -> Response[str]:
    """As a page in any case: the office has nothing for htmx to cover."""
    return redirect(request, OFFICE) if is_htmx(request) else await lock_page(request)
