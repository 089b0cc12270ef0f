"""ASGI: answers 400 to a request whose Host header names no host. Litestar fails when it makes a URL of it."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from environment.values import is_host

App = Callable[[Any, Any, Any], Awaitable[None]]
Scope = MutableMapping[str, Any]
HEADER = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(:(?P<port>\d{0,5}))?", re.ASCII)
PORT_MAX = 65535


class HostCheck:
    """`refusal`: the body of the answer, of the given media type."""

    def __init__(self, app: App, media_type: str, refusal: Callable[[Scope], bytes]) -> None:
        self._app = app
        self._media_type = media_type
        self._refusal = refusal

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or all(names_host(value) for name, value in scope["headers"] if name == b"host"):
            await self._app(scope, receive, send)
            return
        body = self._refusal(scope)
        headers = [(b"content-type", self._media_type.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def names_host(header: bytes) -> bool:
    """Whether it is a host, perhaps with a port, or empty, as HTTP allows."""
    parts = HEADER.fullmatch(header.decode("latin-1"))
    if parts is None or int(parts["port"] or 0) > PORT_MAX:
        return False
    if not parts["host"].startswith("["):
        return not header or is_host(parts["host"])
    return ":" in parts["host"] and is_host(parts["host"][1:-1])
