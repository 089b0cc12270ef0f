"""Rate limits: fixed windows of a minute, counted in Redis by an atomic script, or per process without Redis.

Requests that arrive during a call to Redis are counted together in the next call.
"""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from itertools import chain

import structlog
from redis.asyncio import Redis

from backend.core.clock import clock
from backend.core.keys import KeyRing
from backend.core.metrics import RATE_LIMITED, REDIS_UP
from backend.core.outages import server_away
from backend.core.problems import RateLimited

PURPOSE = "limits"
WINDOW_SECONDS = 60
FALLBACK_KEYS_MAX = 50_000
BATCH_MAX = 64
ANSWER_SECONDS_MAX = 0.5
REPETITIONS_FREE = 20
"""Repetitions of one request that count as one more request. A till repeats a booking to learn its outcome."""
# Each request is a pair of keys: the caller's counter, and the request's own, empty when it is not repeatable.
COUNT = """
local function count(key)
  local n = redis.call('INCR', key)
  if n == 1 then redis.call('EXPIRE', key, ARGV[1]) end
  return n
end
local counted = {}
for position = 1, #KEYS, 2 do
  local times = KEYS[position + 1] == '' and 1 or count(KEYS[position + 1])
  local is_free = times > 1 and times % ARGV[2] ~= 0
  counted[#counted + 1] = is_free and 0 or count(KEYS[position])
end
return counted
"""

CounterKeys = tuple[str, str]
"""The caller's key and the request's own."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Allowance:
    """The state of a limit, for the RateLimit headers."""

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
    def __init__(self, redis: Redis, keys: KeyRing) -> None:
        self._key = keys.newest(PURPOSE)
        self._count = redis.register_script(COUNT)
        self._fallback: OrderedDict[str, int] = OrderedDict()
        self._waiting: list[tuple[CounterKeys, asyncio.Future[int]]] = []
        self._counting: asyncio.Task[None] | None = None

    async def take(self, name: str, caller: str, per_minute: int, *, repeatable: str = "") -> Allowance:
        """Counts one request of this caller. Raises RateLimited past the limit.

        `repeatable`: the request's idempotency key; repetitions are counted as REPETITIONS_FREE says.
        """
        seconds = int(clock.now().timestamp())
        window, passed = divmod(seconds, WINDOW_SECONDS)
        key = f"limit:{name}:{self._hashed(caller)}:{window}"
        count = await self._counted((key, f"{key}:{self._hashed(repeatable)}" if repeatable else ""))
        resets_in = WINDOW_SECONDS - passed
        if count > per_minute:
            RATE_LIMITED.labels(name).inc()
            raise RateLimited(resets_in)
        return Allowance(name, per_minute, per_minute - count, resets_in)

    def _hashed(self, caller: str) -> str:
        """A keyed hash, so that Redis stores no addresses of people."""
        return hashlib.blake2b(caller.encode(), key=self._key, digest_size=16).hexdigest()

    async def _counted(self, keys: CounterKeys) -> int:
        counted: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((keys, counted))
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count_waiting())
        return await counted

    async def _count_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
            try:
                counts = await self._count_all([keys for keys, _ in batch])
            except Exception as error:  # noqa: BLE001 - every request of the batch must end, after any error
                for _, counted in batch:
                    if not counted.done():
                        counted.set_exception(error)
                continue
            for (_, counted), count in zip(batch, counts, strict=True):
                if not counted.done():  # done: the request was cancelled
                    counted.set_result(count)

    async def _count_all(self, requests: list[CounterKeys]) -> list[int]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                counts: list[int] = await self._count(
                    keys=list(chain.from_iterable(requests)), args=[WINDOW_SECONDS + 1, REPETITIONS_FREE]
                )
        except Exception as error:
            if server_away(error) is None:
                raise
            REDIS_UP.set(0)
            log.warning("redis_away", error=type(error).__name__, consequence="limits are counted per process")
            return [self._counted_here(*keys) for keys in requests]
        REDIS_UP.set(1)
        return counts

    def _counted_here(self, key: str, own_key: str) -> int:
        times = self._count_here(own_key) if own_key else 1
        return 0 if times > 1 and times % REPETITIONS_FREE else self._count_here(key)

    def _count_here(self, key: str) -> int:
        count = self._fallback.pop(key, 0) + 1
        self._fallback[key] = count
        if len(self._fallback) > FALLBACK_KEYS_MAX:
            self._fallback.popitem(last=False)
        return count
