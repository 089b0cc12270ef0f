"""Protection against cross-site requests: a token bound to the session, and the headers Sec-Fetch-Site and Origin.

The token is an HMAC of an id. The id of a session is derived from the backend's token, so each change of that one ends
all forms from before. A cookie has the id of people without a session. It follows the session's id, because browsers do
not send the session's own cookie along a link from another site, and the form behind that link is sent with it.
"""

import hashlib
import hmac
import secrets
from typing import Any, cast

import litestar
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders, State
from litestar.enums import RequestEncodingType
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import Empty, Message, Scope

from frontend.kit.customer_session import find_customer_session
from frontend.kit.keys import derived_keys
from frontend.kit.person import find_person
from frontend.kit.request import Request
from frontend.settings import Settings

FIELD = "_csrf_token"
HEADER = "x-csrf-token"
RENEWED = "CSRF-Token"
"""Header of responses to htmx: the token for the forms of a page that stays while the session changes."""
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
FORMS = {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}
REPORTS = "/csp-reports"
EMAIL_CHOICES = "/u/"
"""Mail programs post there without cookies (RFC 8058). The token in the address authorizes; no other site knows it."""
OWN_ACCOUNT = "/account"
"""Forms from there on are bound to the customer's session, all others to that of staff."""
ID_BYTES = 32


class OtherSite(PermissionDeniedException):
    """The request was sent by a page of another site."""


class StaleForm(PermissionDeniedException):
    """The form has no token, or that of another session."""


def csrf_token(request: Request, *, is_of_customer: bool = False) -> str:
    """For the hidden field `_csrf_token` and the header of htmx."""
    request.state["csrf_shown"] = True
    return _tokens(request, _id(request, is_of_customer=is_of_customer))[0]


def is_own_account(request: Request) -> bool:
    path: str = request.scope["path"]
    return path == OWN_ACCOUNT or path.startswith(f"{OWN_ACCOUNT}/")


async def refuse_forged(connection: ASGIConnection[Any, Any, Any, State], _: BaseRouteHandler) -> None:
    """A guard of every handler. Clients other than browsers are stopped by the token. Raises OtherSite or StaleForm."""
    request = cast("Request", connection)
    request.state["csrf_before"] = _known_id(request)
    if request.method in SAFE_METHODS or _is_without_cookies(request):
        return
    if is_from_other_site(request):
        raise OtherSite
    known = _known_id(request, is_of_customer=is_own_account(request))
    sent = await _sent_token(request)
    if not known or not any(hmac.compare_digest(sent.encode(), token.encode()) for token in _tokens(request, known)):
        raise StaleForm


def _is_without_cookies(request: Request) -> bool:
    path: str = request.scope["path"]
    return path == REPORTS or path.startswith(EMAIL_CHOICES)


def is_from_other_site(connection: ASGIConnection[Any, Any, Any, State]) -> bool:
    """By what browsers say of the page that sent the request."""
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin not in {None, "null"} and origin.partition("://")[2] != connection.headers.get("host")


async def keep_csrf_id(message: Message, scope: Scope) -> None:
    """A `before_send` hook: the cookie gets the id of the session as it is after the request."""
    if message["type"] != "http.response.start":
        return
    request: Request = litestar.Request(scope)
    is_foreign = request.method not in SAFE_METHODS and is_from_other_site(request)
    if is_foreign or _is_without_cookies(request):
        return  # A new cookie would end the forms that the person has open.
    before = request.state.get("csrf_before")
    is_another = before is not None and _known_id(request) != before
    if not is_another and "csrf_shown" not in request.state:
        return
    kept, headers, settings = _id(request), MutableScopeHeaders.from_message(message), _settings(request)
    if request.cookies.get(_cookie_name(settings)) != kept:
        headers.add("Set-Cookie", _cookie(settings, kept).to_header(header=""))
    if is_another and request.headers.get("hx-request") == "true":
        headers[RENEWED] = _tokens(request, kept)[0]


def _id(request: Request, *, is_of_customer: bool = False) -> str:
    if known := _known_id(request, is_of_customer=is_of_customer):
        return known
    if "csrf_id" not in request.state:
        request.state["csrf_id"] = secrets.token_hex(ID_BYTES)
    fresh: str = request.state["csrf_id"]
    return fresh


def _known_id(request: Request, *, is_of_customer: bool = False) -> str:
    """Of the session, or else of the cookie; empty without either, and for who has just been signed out."""
    if secret := (is_of_customer and _customers_secret(request)) or _staffs_secret(request):
        return hashlib.sha256(f"session {secret}".encode()).hexdigest()
    is_signed_out = request.scope.get("session") is Empty
    return "" if is_signed_out else request.cookies.get(_cookie_name(_settings(request)), "")


def _staffs_secret(request: Request) -> str:
    person = find_person(request)
    return person.token if person else ""


def _customers_secret(request: Request) -> str:
    session = find_customer_session(request)
    return session.token if session else ""


async def _sent_token(request: Request) -> str:
    """The field comes first: of a page that stays while the session changes, only the fields are renewed."""
    field = (await request.form()).get(FIELD) if request.content_type[0] in FORMS else None
    sent = field or request.headers.get(HEADER)
    return sent if isinstance(sent, str) else ""


def _tokens(request: Request, session_id: str) -> list[str]:
    """The newest first; those of older keys are valid as well."""
    keys = derived_keys(_settings(request).keys, "csrf")
    return [hmac.new(key, session_id.encode(), hashlib.sha256).hexdigest() for key in keys]


def _cookie(settings: Settings, value: str) -> Cookie:
    return Cookie(_cookie_name(settings), value=value, httponly=True, samesite="lax", secure=settings.is_https)


def _cookie_name(settings: Settings) -> str:
    return "__Host-csrf" if settings.is_https else "csrf"


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
