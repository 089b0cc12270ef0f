"""HTTP requests and responses of the sandbox, over ASGI."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

AsgiScope = MutableMapping[str, Any]
AsgiReceive = Callable[[], Awaitable[MutableMapping[str, Any]]]
AsgiSend = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_MAX = 1024 * 1024


class ConnectionLost(Exception):
    """The server must close the connection without a response."""


@dataclass(frozen=True)
class SandboxRequest:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class SandboxResponse:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json; charset=UTF-8"


def json_response(status: int, body: object, **headers: str) -> SandboxResponse:
    return SandboxResponse(
        status, json.dumps(body).encode(), {name.replace("_", "-"): text for name, text in headers.items()}
    )


def error_response(status: int, reason: str, message: str, **headers: str) -> SandboxResponse:
    """An error in Google's format."""
    error = {"code": status, "message": message, "errors": [{"message": message, "reason": reason, "domain": "global"}]}
    return json_response(status, {"error": error}, **headers)


async def read_request(scope: AsgiScope, receive: AsgiReceive) -> SandboxRequest:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > BODY_MAX:
            break
    return SandboxRequest(
        scope["method"],
        unquote(scope["path"]),
        dict(parse_qsl(scope["query_string"].decode())),
        {name.decode().lower(): text.decode() for name, text in scope["headers"]},
        body,
    )


async def write_response(send: AsgiSend, response: SandboxResponse) -> None:
    headers = {"content-type": response.media_type, "content-length": str(len(response.body))} | response.headers
    encoded = [(name.encode(), text.encode()) for name, text in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": encoded})
    await send({"type": "http.response.body", "body": response.body})
