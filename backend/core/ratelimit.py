"""Fixed windows of a minute, counted in Redis by one atomic script; in this process alone while Redis is away."""

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
COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n
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
        try:
            async with asyncio.timeout(1):
                taken = int(await self._count(keys=[key], args=[WINDOW_SECONDS + 1]))
        except (RedisError, TimeoutError, OSError) as error:
            REDIS_UP.set(0)
            log.warning("redis_away", error=type(error).__name__, consequence="limits are counted per process")
            return self._taken_here(key)
        REDIS_UP.set(1)
        return taken

    def _taken_here(self, key: str) -> int:
        taken = self._fallback.pop(key, 0) + 1
        self._fallback[key] = taken
        if len(self._fallback) > FALLBACK_KEYS_MAX:
            self._fallback.popitem(last=False)
        return taken
