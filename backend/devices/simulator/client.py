"""The reference tablet over HTTP, against any Orion."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from backend.core.outbound.calls import CallFailed, HttpResponse, decoded, outbound_errors, send_request
from backend.devices.simulator.calls import TabletCalls
from backend.devices.simulator.queue import ApiJson
from backend.devices.simulator.state import TabletState

SECONDS = 20.0
API = "/api/v1"


class RefusedCall(Exception):
    """The API has answered with a problem."""

    def __init__(self, answer: HttpResponse) -> None:
        self.status = answer.status
        self.facts = _problem_of(answer)
        self.code = str(self.facts.get("code", "no problem as JSON"))
        super().__init__(f"{self.status} {self.code}")


@dataclass
class HttpTablet(TabletCalls):
    http: httpx.AsyncClient
    """With the address as its base URL."""
    state: TabletState = field(default_factory=TabletState)
    token: str | None = None

    async def ask(self, method: str, path: str, **request: Any) -> ApiJson:
        """Raises RefusedCall or CallFailed."""
        answer = await self.send(self.prepare(method, path, **request))
        if not answer.is_success:
            raise RefusedCall(answer)
        return decoded(answer.content, dict[str, Any]) if answer.content else {}

    def prepare(self, method: str, path: str, *, key: str | None = None, **request: Any) -> httpx.Request:
        """A signed request. Raises CallFailed for an address that is none."""
        with outbound_errors():
            prepared = self.http.build_request(method, f"{API}{path}", **request)
        if key is not None:
            prepared.headers["idempotency-key"] = key
        if self.token is not None:
            prepared.headers["authorization"] = f"Bearer {self.token}"
            self.state.sign(prepared)
        return prepared

    async def send(self, prepared: httpx.Request, *, seconds: float = SECONDS) -> HttpResponse:
        """The answer of any status. Raises CallFailed."""
        return await send_request(
            self.http,
            prepared.method,
            prepared.url,
            seconds=seconds,
            headers=prepared.headers,
            content=prepared.content,
        )


def _problem_of(answer: HttpResponse) -> ApiJson:
    try:
        return decoded(answer.content, dict[str, Any])
    except CallFailed:
        return {}
