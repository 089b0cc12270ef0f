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
    response = redirect(request, local_path(form.text("next"), "/"))
    for name, value in _chosen(form).items():
        secure = request.app.state.settings.is_https
        response.cookies.append(preference_cookie(name, value, secure=secure))
    return response


def _chosen(form: Form) -> dict[str, str]:
    """What we do not offer is ignored."""
    return {name: form.text(name) for name, offered in CHOICES.items() if form.text(name) in offered}
