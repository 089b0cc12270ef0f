"""Protection against cross-site requests: a token in cookie and form, and the headers Sec-Fetch-Site and Origin."""

from typing import Any

from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.utils.scope.state import ScopeState

from frontend.kit.keys import derived_keys
from frontend.kit.request import Request
from frontend.settings import Settings

HEADER = "x-csrf-token"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
EMAIL_CHOICES = "/u/"
"""Mail programs post there without cookies (RFC 8058). The token in the address authorizes; no other site knows it."""
WITHOUT_CSRF = [
    r"^/csp-reports$",
    rf"^{EMAIL_CHOICES}",
    r"^/static/",
    r"^/brand/",
    r"^/pictures/",
    r"^/health/",
    r"^/sw\.js$",
]
"""Also what shared caches keep: with a cookie in it, all its readers would have the same token."""


class OtherSite(PermissionDeniedException):
    """The request was sent by a page of another site."""


def csrf_config(settings: Settings) -> CSRFConfig:
    return CSRFConfig(
        secret=derived_keys(settings.keys, "csrf")[0].hex(),
        cookie_name=cookie_name(settings),
        header_name=HEADER,
        cookie_secure=settings.is_https,
        cookie_httponly=True,
        cookie_samesite="lax",
        exclude=WITHOUT_CSRF,
    )


def cookie_name(settings: Settings) -> str:
    return "__Host-csrf" if settings.is_https else "csrf"


def csrf_token(request: Request) -> str:
    """For the hidden field `_csrf_token` and the header of htmx."""
    token = ScopeState.from_scope(request.scope).csrf_token
    return token if isinstance(token, str) else ""


def refuse_other_sites(connection: ASGIConnection[Any, Any, Any, State], _: BaseRouteHandler) -> None:
    """A guard of every handler. Clients other than browsers send neither header; they are stopped by the token."""
    path = connection.url.path
    if connection.scope.get("method") in SAFE_METHODS or path == "/csp-reports" or path.startswith(EMAIL_CHOICES):
        return
    if is_from_other_site(connection):
        raise OtherSite


def is_from_other_site(connection: ASGIConnection[Any, Any, Any, State]) -> bool:
    """By what browsers say of the page that sent the request."""
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin not in {None, "null"} and origin.partition("://")[2] != connection.headers.get("host")
