from contextlib import suppress
from urllib.parse import parse_qsl, urlencode, urlsplit

from litestar import Response, post
from litestar.di import NamedDependency
from msgspec import convert
from msgspec.structs import replace

from backend.identity.schemas import ChangeMe
from frontend.api.client import BackendAway, BackendProblem, Caller
from frontend.api.identity import change_me
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import local_path, redirect
from frontend.kit.person import Person, find_person, remember_person
from frontend.kit.reader import THEMES, preference_cookie
from frontend.kit.request import Request
from i18n.locales import LANGUAGES

CHOICES = {"lang": LANGUAGES, "theme": (*THEMES, "system"), "till_keys": ("on", "off")}


@post("/preferences")
async def take_preferences(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """Language, colors and till keys of this browser, kept in cookies that also work before signing in.

    Who is signed in reads the language chosen here on every device from now on.
    """
    form = await read_form(request)
    response = redirect(request, _back(request) or local_path(form.text("next"), "/"))
    chosen = _chosen(form)
    if "lang" in chosen and (person := find_person(request)):
        await _save(request, caller, person, chosen["lang"])
    for name, value in chosen.items():
        secure = request.app.state.settings.is_https
        response.cookies.append(preference_cookie(name, value, secure=secure))
    return response


async def _save(request: Request, caller: Caller, person: Person, language: str) -> None:
    """Without an answer it holds for this sign-in."""
    remember_person(request, replace(person, language=language))
    with suppress(BackendAway, BackendProblem):
        await change_me(caller, convert({"language": language}, ChangeMe))


def _back(request: Request) -> str | None:
    """The page the form stands on; htmx may have changed its address since it was rendered. `?lang=` would win over
    the language chosen now.
    """
    page = urlsplit(request.headers.get("referer", ""))
    if not page.path or page.netloc != request.headers.get("host"):
        return None
    kept = urlencode([(name, value) for name, value in parse_qsl(page.query) if name != "lang"])
    return local_path(f"{page.path}?{kept}" if kept else page.path, "/")


def _chosen(form: Form) -> dict[str, str]:
    """What we do not offer is ignored."""
    return {name: form.text(name) for name, offered in CHOICES.items() if form.text(name) in offered}
