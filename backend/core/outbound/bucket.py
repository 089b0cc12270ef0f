"""Limits the rate of requests of all processes to one provider, and spreads them evenly over each second."""

import asyncio
import math
import time
from typing import Any

import structlog
from redis.asyncio import Redis

from backend.core.outages import server_away

WAIT_SECONDS_MAX = 10.0
ANSWER_SECONDS_MAX = 0.5
EVENNESS = 0.95
"""Minimum time between two requests of one process, as a share of the interval."""
MICROSECONDS = 1_000_000
# GCRA with a burst of one: a reservation is a time at least one interval after the previous reservation. Redis' clock
# is used because all processes share it. Numbers are formatted: Lua would round them to 14 digits. A time further ahead
# than the longest wait is ignored: the clock has been set back since.
RESERVE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
if at - now > 60000000 then at = now end
local pause = redis.call('PTTL', KEYS[2])
if pause > 0 then at = math.max(at, now + pause * 1000) end
if at - now <= tonumber(ARGV[2]) then
  local next = at + ARGV[1]
  redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', string.format('%.0f', (next - now) / 1000 + 1000))
end
return string.format('%.0f', at - now)
"""
# Checked right before sending: on a busy machine reservations are used late, and those of several processes may
# coincide.
ADMIT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local earlier = tonumber(redis.call('LINDEX', KEYS[1], ARGV[1] - 1) or 0)
if now >= earlier and now - earlier < 1000000 then return string.format('%.0f', earlier + 1000000 - now) end
redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
redis.call('LTRIM', KEYS[1], 0, ARGV[1] - 1)
redis.call('PEXPIRE', KEYS[1], 2000)
return '0'
"""

log = structlog.get_logger()


class BucketFull(Exception):
    """The wait would exceed the limit; nothing was reserved."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(f"the wait would be {wait_seconds:.0f} s")
        self.wait_seconds = wait_seconds


class Bucket:
    """`processes_max`: how many processes share the rate while Redis is away and each counts alone."""

    def __init__(self, redis: Redis, name: str, per_second: float, *, processes_max: int = 4) -> None:
        self._reserve: Any = redis.register_script(RESERVE)
        self._admit: Any = redis.register_script(ADMIT)
        self._sent_key, self._per_second = f"bucket:{name}:left", math.ceil(per_second)
        self._redis = redis
        self._keys = [f"bucket:{name}", f"bucket:{name}:paused"]
        self._interval = 1 / per_second
        self._interval_alone = processes_max / per_second
        self._next_alone = 0.0
        self._send_lock, self._sent_at = asyncio.Lock(), 0.0

    async def wait(self, wait_seconds_max: float = WAIT_SECONDS_MAX) -> None:
        """Returns when this request may be sent. Raises BucketFull when that takes longer than `wait_seconds_max`."""
        deadline = time.monotonic() + wait_seconds_max
        while seconds := await self._reserved(deadline - time.monotonic()):
            await asyncio.sleep(seconds)
            if not await self._is_paused():
                break
        await self._wait_for_admission()

    async def _wait_for_admission(self) -> None:
        """Releases requests one by one, at most the rate per second, even if a busy machine has woken several late."""
        async with self._send_lock:
            await asyncio.sleep(self._sent_at + EVENNESS * self._interval - time.monotonic())
            seconds = await self._seconds_to_admission()
            while seconds:
                await asyncio.sleep(seconds)
                seconds = await self._seconds_to_admission()
            self._sent_at = time.monotonic()

    async def _seconds_to_admission(self) -> float:
        """0 when the request is admitted."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return int(await self._admit(keys=[self._sent_key], args=[self._per_second])) / MICROSECONDS
        except Exception as error:
            if server_away(error) is None:
                raise
            return 0

    async def pause(self, seconds: float) -> None:
        """No request is sent before the pause is over, not even one that is waiting already."""
        try:
            await self._redis.set(self._keys[1], 1, px=max(1, math.ceil(seconds * 1000)))
        except Exception as error:
            if server_away(error) is None:
                raise
            log.warning("redis_away", error=type(error).__name__, consequence="only this process pauses")
            self._next_alone = max(self._next_alone, time.monotonic() + seconds)

    async def _reserved(self, wait_seconds_max: float) -> float:
        """Reserves a time and returns the seconds until then."""
        limit = max(0.0, wait_seconds_max)
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                wait = await self._reserve(keys=self._keys, args=[_micros(self._interval), _micros(limit)])
            seconds = int(wait) / MICROSECONDS
        except Exception as error:
            if server_away(error) is None:
                raise
            log.warning("redis_away", error=type(error).__name__, consequence="each process keeps a rate of its own")
            seconds = self._reserved_alone(limit)
        if seconds > limit:
            raise BucketFull(seconds)
        return seconds

    def _reserved_alone(self, limit: float) -> float:
        now = time.monotonic()
        at = max(now, self._next_alone)
        if at - now <= limit:
            self._next_alone = at + self._interval_alone
        return at - now

    async def _is_paused(self) -> bool:
        try:
            return bool(await self._redis.exists(self._keys[1]))
        except Exception as error:
            if server_away(error) is None:
                raise
            return False


def _micros(seconds: float) -> str:
    return f"{seconds * MICROSECONDS:.0f}"
