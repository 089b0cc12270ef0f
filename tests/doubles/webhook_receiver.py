"""A merchant's server that is told about events. It verifies signatures with `docs/webhooks/receiver.py`."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from backend.core.clock import clock
from backend.dev.sandbox.google.web import ConnectionLost
from tests.doubles.serving import serving

EXAMPLE = Path(__file__).parents[2] / "docs" / "webhooks" / "receiver.py"
Json = dict[str, Any]


@dataclass(frozen=True)
class ReceivedWebhook:
    headers: Mapping[str, str]
    body: bytes
    is_signed: bool
    """With one of the secrets that the receiver knows."""

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> Json:
        event: Json = msgspec.json.decode(self.body)
        return event


@dataclass
class WebhookReceiver:
    """It answers with the statuses of `plan`, one after the other, and then with `status`."""

    url: str = ""
    secrets: list[str] = field(default_factory=list)
    status: int = 204
    plan: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b""
    hangs_up: bool = False
    """Takes the request and closes the connection without an answer."""
    refuses_cards: set[str] = field(default_factory=set)
    """It answers 500 to events of these cards."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """It answers once this is set."""
    has_request: asyncio.Event = field(default_factory=asyncio.Event)
    received: list[ReceivedWebhook] = field(default_factory=list)
    open_calls: int = 0
    most_open_calls: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def events(self) -> list[Json]:
        return [each.event for each in self.received]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        is_signed = any(verify_now(secret, headers, body) for secret in self.secrets)
        webhook = ReceivedWebhook(headers, body, is_signed)
        self.received.append(webhook)
        self.open_calls += 1
        self.most_open_calls = max(self.most_open_calls, self.open_calls)
        self.has_request.set()
        try:
            await self.gate.wait()
        finally:
            self.open_calls -= 1
        if self.hangs_up:
            raise ConnectionLost
        fields = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        fields.append((b"content-length", str(len(self.answer)).encode()))
        await send({"type": "http.response.start", "status": self._status_for(webhook), "headers": fields})
        await send({"type": "http.response.body", "body": self.answer})

    def _status_for(self, webhook: ReceivedWebhook) -> int:
        if webhook.event["data"].get("card_id") in self.refuses_cards:
            return 500
        return self.plan.pop(0) if self.plan else self.status


@asynccontextmanager
async def open_receiver() -> AsyncIterator[WebhookReceiver]:
    receiver = WebhookReceiver()
    async with serving(receiver) as url:
        receiver.url = f"{url}/orion"
        yield receiver


def _example() -> Any:
    spec = importlib.util.spec_from_file_location("webhook_example", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


example = _example()
verify: Callable[[str, Mapping[str, str], bytes], bool] = example.verify


def verify_now(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """By the clock of the test."""
    example.time = _Moved
    return verify(secret, headers, body)


class _Moved:
    @staticmethod
    def time() -> float:
        return clock.now().timestamp()
