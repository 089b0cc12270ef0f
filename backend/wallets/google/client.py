"""One call to Google at a time: paced, timed, and its answer judged. Whoever calls decides about trying again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from redis.asyncio import Redis

from backend.core.clock import clock
from backend.core.outbound.door import CallFailed, ask
from backend.core.settings import Settings
from backend.wallets.google.account import Account
from backend.wallets.google.answers import Answer, ServerFailed, Throttled, judge, read
from backend.wallets.google.auth import Tokens
from backend.wallets.google.pace import Pace
from backend.wallets.ports import Misconfigured, Paused, Transient

Kind = Literal["loyaltyClass", "loyaltyObject"]
Body = dict[str, Any]

TIMEOUT = httpx.Timeout(10, connect=5)
TOTAL_SECONDS = 10
LIMITS = httpx.Limits(max_connections=50, max_keepalive_connections=50, keepalive_expiry=60)
PAUSE_SECONDS = 2.0
"""After a 429 that does not say how long."""
PAGE_SIZE = 100


class GoogleClient:
    """Raises Transient, Permanent or Misconfigured; what Google's answers mean is in `answers`."""

    def __init__(self, http: httpx.AsyncClient, tokens: Tokens, pace: Pace) -> None:
        self.pace = pace
        self._http, self._tokens = http, tokens

    async def get(self, kind: Kind, name: str) -> Body:
        return await self._do(_Call("GET", f"{kind}/{name}"))

    async def insert(self, kind: Kind, body: Body, *, is_bulk: bool = False) -> Body:
        return await self._do(_Call("POST", kind, body, is_bulk=is_bulk))

    async def patch(self, kind: Kind, body: Body, *, is_bulk: bool = False) -> Body:
        return await self._do(_Call("PATCH", f"{kind}/{body['id']}", body, is_bulk=is_bulk))

    async def add_message(self, kind: Kind, name: str, body: Body) -> Body:
        return await self._do(_Call("POST", f"{kind}/{name}/addMessage", body))

    async def get_issuer(self, issuer_id: str) -> Body:
        return await self._look(_Call("GET", f"issuer/{issuer_id}"))

    async def pages(self, kind: Kind, *, is_look: bool = False, **filters: str) -> AsyncIterator[list[Body]]:
        """All resources, a hundred per call, at bulk pace. `is_look`: past the breaker."""
        send, token = self._look if is_look else self._do, ""
        while True:
            params = filters | {"maxResults": str(PAGE_SIZE)} | ({"token": token} if token else {})
            answer = await send(_Call("GET", kind, params=params, is_bulk=True))
            yield answer.get("resources", [])
            token = answer.get("pagination", {}).get("nextPageToken", "")
            if not token:
                return

    async def _do(self, call: "_Call") -> Body:
        await self.pace.enter()
        async with self._watched():
            return judge(await self._authorized(call))

    async def _look(self, call: "_Call") -> Body:
        """Past the breaker, which hears nothing of it: whether Google takes us, and nothing else."""
        return judge(await self._authorized(call))

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """Tells bucket and breaker how the call ended."""
        breaker = self.pace.breaker
        try:
            yield
        except Paused:
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

    async def _authorized(self, call: "_Call") -> Answer:
        """A refused token is replaced once."""
        token = await self._token()
        answer = await self._send(call, token)
        if answer.status != httpx.codes.UNAUTHORIZED:
            return answer
        await self._renewed(token)
        return await self._send(call, await self._token())

    async def _token(self) -> str:
        try:
            return await self._tokens.get()
        except Transient as error:
            raise ServerFailed(error.code, error.detail) from error

    async def _renewed(self, refused: str) -> None:
        try:
            await self._tokens.renew(refused)
        except Transient as error:
            raise ServerFailed(error.code, error.detail) from error

    async def _send(self, call: "_Call", token: str) -> Answer:
        await self.pace.turn(is_bulk=call.is_bulk)
        headers = {"Authorization": f"Bearer {token}"}
        told: Body = {"json": call.body, "params": call.params, "headers": headers}
        try:
            answer = await ask(self._http, call.method, call.path, seconds=TOTAL_SECONDS, **told)
        except CallFailed as failure:
            raise ServerFailed("no_answer", f"No answer from Google: {failure.reason}.") from failure
        return read(answer, clock.now())


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    body: Body | None = None
    params: dict[str, str] | None = None
    is_bulk: bool = False


@asynccontextmanager
async def open_client(settings: Settings, account: Account, redis: Redis) -> AsyncIterator[GoogleClient]:
    """Keeps its connections until the block ends."""
    root = f"{settings.google_wallet_api_url.rstrip('/')}/walletobjects/v1/"
    async with httpx.AsyncClient(base_url=root, timeout=TIMEOUT, limits=LIMITS, trust_env=False) as http:
        yield GoogleClient(http, Tokens(account), Pace.shared(redis, account))
