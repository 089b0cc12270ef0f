"""Fixed windows of a minute, counted in Redis by one atomic script; in this process alone while Redis is away.

Requests that arrive while Redis is counting are counted together next: a call costs the client more than the server.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core.clock import clock
from backend.core.metrics import RATE_LIMITED, REDIS_UP
from backend.core.problems import RateLimited

WINDOW_SECONDS = 60
FALLBACK_KEYS_MAX = 50_000
BATCH_MAX = 64
ANSWER_SECONDS_MAX = 0.5
COUNT = """
local counted = {}
for place, key in ipairs(KEYS) do
  local n = redis.call('INCR', key)
  if n == 1 then redis.call('EXPIRE', key, ARGV[1]) end
  counted[place] = n
end
return counted
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit, for the RateLimit headers."""

    name: str
    per_minute: int
    left: int
    resets_in_seconds: int

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"ratelimit-policy", f'"{self.name}";q={self.per_minute};w={WINDOW_SECONDS}'.encode()),
            (b"ratelimit", f'"{self.name}";r={self.left};t={self.resets_in_seconds}'.encode()),
        ]


class RateLimiter:
    def __init__(self, redis: Redis) -> None:
        self._count = redis.register_script(COUNT)
        self._fallback: OrderedDict[str, int] = OrderedDict()
        self._waiting: list[tuple[str, asyncio.Future[int]]] = []
        self._counting: asyncio.Task[None] | None = None

    async def take(self, name: str, caller: str, per_minute: int) -> Allowance:
        """Counts one request of this caller. Raises RateLimited past the limit."""
        seconds = int(clock.now().timestamp())
        window, passed = divmod(seconds, WINDOW_SECONDS)
        taken = await self._taken(f"limit:{name}:{caller}:{window}")
        resets_in = WINDOW_SECONDS - passed
        if taken > per_minute:
            RATE_LIMITED.labels(name).inc()
            raise RateLimited(resets_in)
        return Allowance(name, per_minute, per_minute - taken, resets_in)

    async def _taken(self, key: str) -> int:
        counted: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, counted))
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count_waiting())
        return await counted

    async def _count_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
            try:
                counts = await self._count_all([key for key, _ in batch])
            except Exception as error:  # noqa: BLE001 - whatever it is, every request of the batch must hear of it
                for _, counted in batch:
                    if not counted.done():
                        counted.set_exception(error)
                continue
            for (_, counted), taken in zip(batch, counts, strict=True):
                if not counted.done():  # the request was given up meanwhile
                    counted.set_result(taken)

    async def _count_all(self, keys: list[str]) -> list[int]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                taken: list[int] = await self._count(keys=keys, args=[WINDOW_SECONDS + 1])
        except (RedisError, TimeoutError, OSError) as error:
            REDIS_UP.set(0)
            log.warning("redis_away", error=type(error).__name__, consequence="limits are counted per process")
            return [self._taken_here(key) for key in keys]
        REDIS_UP.set(1)
        return taken

    def _taken_here(self, key: str) -> int:
        taken = self._fallback.pop(key, 0) + 1
        self._fallback[key] = taken
        if len(self._fallback) > FALLBACK_KEYS_MAX:
            self._fallback.popitem(last=False)
        return taken
