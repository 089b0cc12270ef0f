"""ASGI middleware: request id, log line and metrics of every request, security headers of every response."""

import time
from uuid import UUID

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, HTTPScope, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from backend.core.clock import clock
from backend.core.deprecation import deprecation_headers
from backend.core.ids import new_id
from backend.core.metrics import REQUEST_SECONDS, REQUESTS
from backend.core.ratelimit import Allowance
from environment.production import HSTS

SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
TELLS_TIME = "tells_time"
"""In the state of a request whose sender corrects its clock: the answer has `Orion-Time`, in milliseconds."""
QUIET_PATHS = ("/health", "/metrics")

log = structlog.get_logger()


class RequestMiddleware:
    """`surface`: the label of the process in metrics, such as `api`."""

    def __init__(self, app: ASGIApp, surface: str, *, is_https: bool) -> None:
        self._app = app
        self._surface = surface
        self._always = [*SECURITY_HEADERS, *([(b"strict-transport-security", HSTS.encode())] if is_https else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        clear_contextvars()
        bind_contextvars(request=request_id)
        status = 500
        is_head = scope["method"] == "HEAD"
        if is_head:
            # Monitors and proxies send HEAD: it is handled as GET and answered without the body.
            scope["method"] = "GET"

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._headers(scope, request_id, message)]
            elif is_head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._record(scope, status, time.perf_counter() - started)

    def _record(self, scope: HTTPScope, status: int, seconds: float) -> None:
        route = scope.get("path_template") or "unknown"
        REQUESTS.labels(self._surface, route, scope["method"], status).inc()
        REQUEST_SECONDS.labels(self._surface, route).observe(seconds)
        if not scope["path"].startswith(QUIET_PATHS):
            log.info("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))

    def _headers(self, scope: HTTPScope, request_id: str, message: HTTPResponseStartEvent) -> list[tuple[bytes, bytes]]:
        present = {name for name, _ in message["headers"]}
        headers = [header for header in self._always if header[0] not in present]
        headers.append((b"request-id", request_id.encode()))
        if scope["state"].get(TELLS_TIME, False):
            headers.append((b"orion-time", str(int(clock.now().timestamp() * 1000)).encode()))
        allowance = scope["state"].get("allowance")
        if isinstance(allowance, Allowance):
            headers += allowance.headers
        return headers + deprecation_headers(scope)


def _request_id(scope: HTTPScope) -> str:
    """The client's Request-Id when it is a UUID, else a new one."""
    header = next((value for name, value in scope["headers"] if name == b"request-id"), b"")
    try:
        return str(UUID(header.decode()))
    except ValueError:
        return str(new_id())
