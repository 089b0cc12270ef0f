"""Stops asking a provider that does not answer, for all processes at once, and asks again carefully."""

import asyncio
from collections.abc import Awaitable
from typing import Any, cast

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core.clock import clock

FAILURES_MAX = 5
OPEN_SECONDS = 30
PROBE_SECONDS = 30
"""So long the others wait for the one that tries; longer than any single request takes."""
ANSWER_SECONDS_MAX = 0.5
CLOSED, OPEN, STOPPED = 0, 1, 2
# Each answers {state, seconds left}. After the pause exactly one caller finds the breaker closed: the probe.
ENTER = """
if redis.call('HEXISTS', KEYS[1], 'stopped') == 1 then
  if redis.call('HGET', KEYS[1], 'mark') == ARGV[2] then return {2, 0} end
  redis.call('DEL', KEYS[1])
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local opens = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
if opens == 0 then return {0, 0} end
if now < opens then return {1, opens - now} end
local probe = tonumber(redis.call('HGET', KEYS[1], 'probe') or 0)
if now < probe then return {1, probe - now} end
redis.call('HSET', KEYS[1], 'probe', string.format('%.0f', now + ARGV[1]))
return {0, 0}
"""
SUCCEED = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local opens = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
if redis.call('HEXISTS', KEYS[1], 'stopped') == 1 or now < opens then return {1, 0} end
redis.call('DEL', KEYS[1])
return {0, 0}
"""
FAIL = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
local opens = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
if now >= opens and (opens > 0 or failures >= tonumber(ARGV[1])) then
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[2]))
  redis.call('HDEL', KEYS[1], 'probe')
  return {1, tonumber(ARGV[2])}
end
return {0, 0}
"""

log = structlog.get_logger()


class BreakerOpen(Exception):
    """The provider has not answered lately; try again in `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"open for {retry_after:.0f} s more")
        self.retry_after = retry_after


class BreakerStopped(Exception):
    """The provider has refused us; only a change of the configuration helps."""


class BreakerState(msgspec.Struct, frozen=True):
    is_open: bool = False
    stopped_because: str | None = None
    failure_count: int = 0


class Breaker:
    """Opens after 5 failures in a row for 30 s. Without Redis nothing is remembered and everybody may pass.

    `mark` names the configuration in use, such as a key's id: a stop does not outlive it.
    """

    def __init__(self, redis: Redis, name: str, *, mark: str = "", open_seconds: float = OPEN_SECONDS) -> None:
        self._redis = redis
        self._name, self._key, self._mark = name, f"breaker:{name}", mark
        self._open_ms = round(open_seconds * 1000)
        self._scripts = {name: redis.register_script(text) for name, text in SCRIPTS.items()}

    async def enter(self) -> None:
        """Before each request. Raises BreakerOpen or BreakerStopped."""
        state, left_ms = await self._run("enter", PROBE_SECONDS * 1000, self._mark)
        if state == STOPPED:
            raise BreakerStopped
        if state == OPEN:
            raise BreakerOpen(left_ms / 1000)

    async def succeeded(self) -> None:
        """Any answer that shows the provider at work, even a refusal."""
        await self._run("succeed")

    async def failed(self) -> None:
        """A 5xx, or no answer at all."""
        state, _ = await self._run("fail", FAILURES_MAX, self._open_ms)
        if state == OPEN:
            log.warning("breaker_opened", breaker=self._name, seconds=self._open_ms / 1000)

    async def stop(self, reason: str) -> None:
        """Until `resume`, or until another configuration is in use."""
        log.error("breaker_stopped", breaker=self._name, reason=reason)
        facts = {"stopped": reason, "mark": self._mark, "since": clock.now().isoformat()}
        await self._told(cast("Awaitable[int]", self._redis.hset(self._key, mapping=facts)))

    async def resume(self) -> None:
        """The operator, or a check that passed, has seen that it works again."""
        await self._told(self._redis.delete(self._key))

    async def state(self) -> BreakerState:
        """For people to look at."""
        facts = await self._told(cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key))) or {}
        is_ours = facts.get(b"mark", b"").decode() == self._mark
        stopped = facts[b"stopped"].decode() if b"stopped" in facts and is_ours else None
        return BreakerState(
            is_open=b"until" in facts or stopped is not None,
            stopped_because=stopped,
            failure_count=int(facts.get(b"failures", 0)),
        )

    async def _run(self, script: str, *arguments: int | str) -> tuple[int, int]:
        answer = await self._told(self._scripts[script](keys=[self._key], args=list(arguments)))
        return (int(answer[0]), int(answer[1])) if answer else (CLOSED, 0)

    async def _told(self, question: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return await question
        except (RedisError, TimeoutError, OSError) as error:
            log.warning("redis_away", error=type(error).__name__, consequence=f"{self._key} is taken for closed")
            return None


SCRIPTS = {"enter": ENTER, "succeed": SUCCEED, "fail": FAIL}
