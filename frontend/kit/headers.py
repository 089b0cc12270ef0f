"""Security headers of every response, errors included."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from environment.production import HSTS
from i18n.locales import html_language

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
    "report-to": "csp",
}
TILL_CSP = CSP | {"script-src": "'self' 'wasm-unsafe-eval'"}
"""The camera's decoder is WebAssembly; no other page may run it."""


def _policy(directives: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in directives.items())


ALWAYS = {
    "Content-Security-Policy": _policy(CSP),
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Reporting-Endpoints": 'csp="/csp-reports"',
    # Lets our scripts tell our responses from those of a gateway.
    "Orion": "frontend",
}
AT_THE_TILL = {
    "Content-Security-Policy": _policy(TILL_CSP),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
FOR_ONE_READER = {"Cache-Control": "no-store", "Vary": "HX-Request, Accept-Language, Cookie"}


def is_at_till(path: str) -> bool:
    return path == "/till" or path.startswith("/till/")


async def add_headers(message: Message, scope: Scope) -> None:
    """A `before_send` hook: responses of exception handlers do not pass through middleware.

    A document in a frame brings its own policy.
    """
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in (ALWAYS | AT_THE_TILL if is_at_till(scope["path"]) else ALWAYS).items():
        headers.setdefault(name, value)
    if scope["litestar_app"].state.settings.is_https:
        headers["Strict-Transport-Security"] = HSTS
    if "cache-control" not in headers:
        for name, value in FOR_ONE_READER.items():
            headers[name] = value
    _name_request(headers, scope)


def _name_request(headers: MutableScopeHeaders, scope: Scope) -> None:
    state = scope.get("state", {})
    if "request_id" in state:
        headers["Request-Id"] = state["request_id"]
    if "language" in state and headers.get("content-type", "").startswith("text/html"):
        headers["Content-Language"] = html_language(state["language"])
