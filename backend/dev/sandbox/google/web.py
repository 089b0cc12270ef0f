"""As much of HTTP as the sandbox needs, over ASGI."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_MAX = 1024 * 1024


class ConnectionLost(Exception):
    """The server must close the connection without an answer."""


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json; charset=UTF-8"


def answer(status: int, body: object, **headers: str) -> Answer:
    return Answer(status, json.dumps(body).encode(), {name.replace("_", "-"): text for name, text in headers.items()})


def refusal(status: int, reason: str, message: str, **headers: str) -> Answer:
    """An error as Google writes it."""
    error = {"code": status, "message": message, "errors": [{"message": message, "reason": reason, "domain": "global"}]}
    return answer(status, {"error": error}, **headers)


async def read(scope: Scope, receive: Receive) -> Asked:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > BODY_MAX:
            break
    return Asked(
        scope["method"],
        unquote(scope["path"]),
        dict(parse_qsl(scope["query_string"].decode())),
        {name.decode().lower(): text.decode() for name, text in scope["headers"]},
        body,
    )


async def write(send: Send, told: Answer) -> None:
    headers = {"content-type": told.media_type, "content-length": str(len(told.body))} | told.headers
    encoded = [(name.encode(), text.encode()) for name, text in headers.items()]
    await send({"type": "http.response.start", "status": told.status, "headers": encoded})
    await send({"type": "http.response.body", "body": told.body})
