"""ASGI: marks the texts of pages. `?strings=on` switches that on in this browser, `?strings=off` off."""

from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from i18n.dev.middleware import App, MarkedRequests, Scope

NAME = "strings"
ON, OFF = "on", "off"


def with_strings(app: App) -> App:
    return _Remembered(MarkedRequests(app, is_on))


class _Remembered:
    """Keeps in a cookie what the address says."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        chosen = _chosen(scope) if scope["type"] == "http" else None

        async def send_with_cookie(message: Any) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{NAME}={chosen}; Path=/; HttpOnly; SameSite=Lax"
                message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode())]
            await send(message)

        await self._app(scope, receive, send_with_cookie if chosen else send)


def is_on(scope: Scope) -> bool:
    return (_chosen(scope) or _remembered(scope)) == ON


def _chosen(scope: Scope) -> str | None:
    values = parse_qs(scope["query_string"].decode("latin-1")).get(NAME, [])
    return next((value for value in values if value in {ON, OFF}), None)


def _remembered(scope: Scope) -> str | None:
    cookies = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                cookies.load(value.decode("latin-1"))
            except CookieError:
                return None
    return cookies[NAME].value if NAME in cookies else None
