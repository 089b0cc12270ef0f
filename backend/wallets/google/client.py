"""Calls to Google's API, with rate limit, timeout and breaker. Retries are up to the caller."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from redis.asyncio import Redis

from backend.core.clock import clock
from backend.core.outbound.calls import CallFailed, send_request
from backend.core.settings import Settings
from backend.wallets.google.account import Account
from backend.wallets.google.auth import Tokens
from backend.wallets.google.pace import Pace
from backend.wallets.google.responses import GoogleResponse, ServerFailed, Throttled, read_response, response_body
from backend.wallets.ports import Misconfigured, Paused, Transient

ResourceType = Literal["loyaltyClass", "loyaltyObject"]
GoogleResource = dict[str, Any]

TIMEOUT = httpx.Timeout(10, connect=5)
TOTAL_SECONDS = 10
LIMITS = httpx.Limits(max_connections=50, max_keepalive_connections=50, keepalive_expiry=60)
PAUSE_SECONDS = 2.0
"""After a 429 without Retry-After."""
PAGE_SIZE = 100


class GoogleClient:
    """Raises Transient, Permanent or Misconfigured, as `responses` decides."""

    def __init__(self, http: httpx.AsyncClient, tokens: Tokens, pace: Pace) -> None:
        self.pace = pace
        self._http, self._tokens = http, tokens

    async def get(self, kind: ResourceType, name: str) -> GoogleResource:
        return await self._call(_Call("GET", f"{kind}/{name}"))

    async def insert(self, kind: ResourceType, body: GoogleResource, *, is_bulk: bool = False) -> GoogleResource:
        return await self._call(_Call("POST", kind, body, is_bulk=is_bulk))

    async def patch(self, kind: ResourceType, body: GoogleResource, *, is_bulk: bool = False) -> GoogleResource:
        return await self._call(_Call("PATCH", f"{kind}/{body['id']}", body, is_bulk=is_bulk))

    async def add_message(self, kind: ResourceType, name: str, body: GoogleResource) -> GoogleResource:
        return await self._call(_Call("POST", f"{kind}/{name}/addMessage", body))

    async def get_issuer(self, issuer_id: str) -> GoogleResource:
        return await self._check(_Call("GET", f"issuer/{issuer_id}"))

    async def pages(
        self, kind: ResourceType, *, is_check: bool = False, **filters: str
    ) -> AsyncIterator[list[GoogleResource]]:
        """All resources, a hundred per call, at the bulk rate. `is_check`: without the breaker."""
        send, token = self._check if is_check else self._call, ""
        while True:
            params = filters | {"maxResults": str(PAGE_SIZE)} | ({"token": token} if token else {})
            page = await send(_Call("GET", kind, params=params, is_bulk=True))
            yield page.get("resources", [])
            token = page.get("pagination", {}).get("nextPageToken", "")
            if not token:
                return

    async def _call(self, call: "_Call") -> GoogleResource:
        await self.pace.enter()
        async with self._reported():
            return response_body(await self._authorized(call))

    async def _check(self, call: "_Call") -> GoogleResource:
        """Without the breaker: whether Google accepts us now."""
        return response_body(await self._authorized(call))

    @asynccontextmanager
    async def _reported(self) -> AsyncIterator[None]:
        """Reports the outcome of the call to bucket and breaker."""
        breaker = self.pace.breaker
        try:
            yield
        except (Paused, asyncio.CancelledError):
            await breaker.leave()
            raise
        except Throttled as error:
            await self.pace.live.pause(error.retry_after or PAUSE_SECONDS)
            await breaker.succeeded()
            raise
        except ServerFailed:
            await breaker.failed()
            raise
        except Misconfigured as error:
            await breaker.stop(f"{error.code}: {error.detail}")
            raise
        except Exception:
            await breaker.succeeded()
            raise
        await breaker.succeeded()

    async def _authorized(self, call: "_Call") -> GoogleResponse:
        """Renews a refused token once."""
        token = await self._token()
        response = await self._send(call, token)
        if response.status != httpx.codes.UNAUTHORIZED:
            return response
        await self._renew_token(token)
        return await self._send(call, await self._token())

    async def _token(self) -> str:
        try:
            return await self._tokens.get()
        except Transient as error:
            raise ServerFailed(error.code, error.detail) from error

    async def _renew_token(self, refused: str) -> None:
        try:
            await self._tokens.renew(refused)
        except Transient as error:
            raise ServerFailed(error.code, error.detail) from error

    async def _send(self, call: "_Call", token: str) -> GoogleResponse:
        await self.pace.turn(is_bulk=call.is_bulk)
        headers = {"Authorization": f"Bearer {token}"}
        request: dict[str, Any] = {"json": call.body, "params": call.params, "headers": headers}
        try:
            response = await send_request(self._http, call.method, call.path, seconds=TOTAL_SECONDS, **request)
        except CallFailed as failure:
            raise ServerFailed("no_answer", f"No answer from Google: {failure.reason}.") from failure
        return read_response(response, clock.now())


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    body: GoogleResource | None = None
    params: dict[str, str] | None = None
    is_bulk: bool = False


@asynccontextmanager
async def open_client(settings: Settings, account: Account, redis: Redis) -> AsyncIterator[GoogleClient]:
    """Connections are kept until the block ends."""
    root = f"{settings.google_wallet_api_url.rstrip('/')}/walletobjects/v1/"
    async with httpx.AsyncClient(base_url=root, timeout=TIMEOUT, limits=LIMITS, trust_env=False) as http:
        yield GoogleClient(http, Tokens(account), Pace.shared(redis, account))
