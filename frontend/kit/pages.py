"""Renders templates: the whole page for a browser, only its block for htmx."""

from collections.abc import Mapping

from litestar import Response
from litestar.enums import MediaType

from frontend.kit.csrf import csrf_token
from frontend.kit.navigation import places_of
from frontend.kit.person import find_person
from frontend.kit.preferences import are_till_keys_on, language_of, request_id_of, theme_of
from frontend.kit.request import Request
from frontend.kit.templates import Templates
from i18n.marks import wants_marks

FRAGMENT = "layouts/fragment.html"


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
) -> Response[str]:
    """The template extends `fragment or "layouts/….html"`, so that page and fragment use the same block."""
    templates: Templates = request.app.state.templates
    html = templates.render(language_of(request), template, _facts(request) | values)
    return Response(html, status_code=status, headers=dict(headers or {}), media_type=MediaType.HTML)


def redirect(request: Request, to: str) -> Response[str]:
    """303 for a browser. htmx would follow a 303 and swap the other page in, so it gets HX-Redirect."""
    if is_htmx(request):
        return Response("", status_code=200, headers={"HX-Redirect": to}, media_type=MediaType.HTML)
    return Response("", status_code=303, headers={"Location": to}, media_type=MediaType.HTML)


def close_overlay() -> Response[str]:
    """Removes the lock or sign-in form that covers the till; the page below is unchanged."""
    return Response('<hx-partial hx-target="#lock" hx-swap="innerHTML"></hx-partial>', media_type=MediaType.HTML)


def is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def local_path(text: str | None, otherwise: str) -> str:
    """Only a path of this site is accepted, against open redirects."""
    is_local = text and text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if text and is_local else otherwise


def _facts(request: Request) -> dict[str, object]:
    person = find_person(request)
    return {
        "fragment": FRAGMENT if is_htmx(request) else None,
        "csrf_token": csrf_token(request),
        "theme": theme_of(request),
        "keys_on": are_till_keys_on(request),
        "person": person,
        "branding": request.app.state.branding.current,
        "places": places_of(person, request.url.path, language_of(request)),
        "request_path": request.url.path,
        "request_id": request_id_of(request),
        "is_development": request.app.state.settings.is_development,
        "wants_marks": wants_marks.get(),
    }
