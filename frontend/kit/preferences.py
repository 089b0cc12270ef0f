"""Language, theme and keys of the user: chosen in the address, saved, or guessed from the browser."""

from uuid import UUID, uuid4

from litestar.datastructures import Cookie

from frontend.kit.person import find_person
from frontend.kit.request import Request
from i18n.locales import negotiate

YEAR_SECONDS = 365 * 24 * 3600
THEMES = ("light", "dark")
CATEGORY_COOKIE = "category"


def language_of(request: Request) -> str:
    """Determined once per request."""
    if "language" not in request.state:
        request.state["language"] = _language_of(request)
    language: str = request.state["language"]
    return language


def learn_language(
    request: Request, *, customer: str | None = None, store: str | None = None, merchant: str | None = None
) -> bool:
    """Applies the language preferences that only the backend knows.

    True when the language of the page changes: texts that came from the backend must then be requested again.
    """
    before = language_of(request)
    request.state["language"] = _language_of(request, customer=customer, store=store, merchant=merchant)
    request.state["is_learned"] = language_of(request) != before
    return language_of(request) != before


def theme_of(request: Request) -> str | None:
    """None: the theme of the system."""
    theme = request.cookies.get("theme")
    return theme if theme in THEMES else None


def are_till_keys_on(request: Request) -> bool:
    return request.cookies.get("till_keys") != "off"


def last_category_of(request: Request) -> str:
    """The category of the last sale at this till; empty before the first sale."""
    return request.cookies.get(CATEGORY_COOKIE, "")


def request_id_of(request: Request) -> str:
    """The client's own id when it is a UUID, so that one id identifies the request in every log."""
    if "request_id" not in request.state:
        request.state["request_id"] = _uuid(request.headers.get("request-id")) or str(uuid4())
    request_id: str = request.state["request_id"]
    return request_id


def preference_cookie(name: str, value: str, *, secure: bool) -> Cookie:
    return Cookie(key=name, value=value, max_age=YEAR_SECONDS, httponly=True, samesite="lax", secure=secure, path="/")


def _language_of(
    request: Request, *, customer: str | None = None, store: str | None = None, merchant: str | None = None
) -> str:
    person = find_person(request)
    if person and merchant is None:
        store, merchant = person.store.language if person.store else None, person.merchant_language
    return negotiate(
        request.headers.get("accept-language"),
        asked=request.query_params.get("lang"),
        person=person.language if person else None,
        customer=customer,
        cookie=request.cookies.get("lang"),
        store=store,
        merchant=merchant,
        pseudo=not request.app.state.settings.is_production,
    )


def _uuid(text: str | None) -> str | None:
    try:
        return str(UUID(text)) if text else None
    except ValueError:
        return None
