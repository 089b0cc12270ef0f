"""Restricts the admin pages to administrators. The backend decides what each of them may do."""

from litestar import Response

from frontend.kit.pages import redirect
from frontend.kit.person import PROFILE, find_person
from frontend.kit.preferences import language_of
from frontend.kit.problems import acting_page, problem_page, to_sign_in
from frontend.kit.request import Request
from i18n.translator import get_translator

FORBIDDEN = 403


async def require_admin(request: Request) -> Response[str] | None:
    """Runs before every admin page."""
    person = find_person(request)
    if person is None:
        return to_sign_in(request)
    if person.lacks_second_factor:
        return redirect(request, PROFILE)
    if person.is_admin:
        return None
    if person.on_behalf_until:
        return acting_page(request, person)
    _ = get_translator(language_of(request)).gettext
    return problem_page(
        request,
        FORBIDDEN,
        _("No access"),
        _("Only platform administrators can open this page. Ask one of them for access."),
    )
