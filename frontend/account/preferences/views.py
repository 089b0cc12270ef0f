from urllib.parse import parse_qsl, urlencode, urlsplit

from litestar import Response, post

from frontend.kit.forms import Form, read_form
from frontend.kit.pages import local_path, redirect
from frontend.kit.reader import THEMES, preference_cookie
from frontend.kit.request import Request
from i18n.locales import LANGUAGES

CHOICES = {"lang": LANGUAGES, "theme": (*THEMES, "system"), "till_keys": ("on", "off")}


@post("/preferences")
async def take_preferences(request: Request) -> Response[str]:
    """Language, colors and till keys of this browser, kept in cookies that also work before signing in."""
    form = await read_form(request)
    response = redirect(request, _back(request) or local_path(form.text("next"), "/"))
    for name, value in _chosen(form).items():
        secure = request.app.state.settings.is_https
        response.cookies.append(preference_cookie(name, value, secure=secure))
    return response


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
