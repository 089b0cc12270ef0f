from contextlib import suppress
from urllib.parse import parse_qsl, urlencode, urlsplit

from litestar import Response, post
from litestar.di import NamedDependency
from msgspec import convert
from msgspec.structs import replace

from backend.identity.schemas import ChangeMe
from frontend.api.client import Caller
from frontend.api.identity import change_me
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import local_path, redirect
from frontend.kit.person import Person, find_person, update_person
from frontend.kit.preferences import THEMES, preference_cookie
from frontend.kit.request import Request
from i18n.locales import LANGUAGES, PSEUDO_LANGUAGE

CHOICES = {"lang": LANGUAGES, "theme": (*THEMES, "system"), "till_keys": ("on", "off")}
PASSING = {"lang", "strings"}


@post("/preferences")
async def take_preferences(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """Stores language, color theme and till keys in cookies, which also apply before sign-in.

    The language of a signed-in user is also saved in the backend and applies on every device. The pseudo-locale is not.
    """
    form = await read_form(request)
    response = redirect(request, _back(request) or local_path(form.text("next"), "/"))
    chosen = _chosen(form, has_pseudo=request.app.state.settings.is_development)
    if chosen.get("lang") in LANGUAGES and (person := find_person(request)):
        await _save(request, caller, person, chosen["lang"])
    for name, value in chosen.items():
        secure = request.app.state.settings.is_https
        response.cookies.append(preference_cookie(name, value, secure=secure))
    return response


async def _save(request: Request, caller: Caller, person: Person, language: str) -> None:
    """Without an answer from the backend the language still applies to this session."""
    update_person(request, replace(person, language=language))
    with suppress(BackendUnavailable, BackendProblem):
        await change_me(caller, convert({"language": language}, ChangeMe))


def _back(request: Request) -> str | None:
    """The page that contains the form: htmx may have changed the address since the page was rendered.

    `PASSING` is removed from the query, because it would take precedence over the new choice.
    """
    page = urlsplit(request.headers.get("referer", ""))
    if not page.path or page.netloc != request.headers.get("host"):
        return None
    kept = urlencode([(name, value) for name, value in parse_qsl(page.query) if name not in PASSING])
    return local_path(f"{page.path}?{kept}" if kept else page.path, "/")


def _chosen(form: Form, *, has_pseudo: bool) -> dict[str, str]:
    """Unknown values are ignored. `has_pseudo`: the pseudo-locale may be chosen, too."""
    chosen = {name: form.text(name) for name, offered in CHOICES.items() if form.text(name) in offered}
    is_pseudo = has_pseudo and form.text("lang") == PSEUDO_LANGUAGE
    return chosen | {"lang": PSEUDO_LANGUAGE} if is_pseudo else chosen
