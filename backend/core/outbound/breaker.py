"""Stops asking a provider that does not answer, for all processes at once, and asks again carefully."""

import asyncio
from collections.abc import Awaitable
from typing import Any, cast

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core.clock import clock
from backend.core.outbound.breaker_scripts import CLOSED, OPEN, SCRIPTS, STOPPED

FAILURES_MAX = 5
OPEN_SECONDS = 30
PROBE_SECONDS = 30
"""So long the others wait for the one that tries; longer than any single request takes."""
STOP_SECONDS = 600
"""After a refusal one may try so often: what an operator mends elsewhere needs nobody's word here."""
ANSWER_SECONDS_MAX = 0.5

log = structlog.get_logger()


class BreakerOpen(Exception):
    """The provider has not answered lately; try again in `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"open for {retry_after:.0f} s more")
        self.retry_after = retry_after


class BreakerStopped(Exception):
    """The provider has refused us; only a change of the configuration helps, here or there."""


class BreakerState(msgspec.Struct, frozen=True):
    is_open: bool = False
    stopped_because: str | None = None
    failure_count: int = 0


class Breaker:
    """Opens after 5 failures in a row for 30 s, and when the provider refuses us for ten minutes.

    Without Redis nothing is remembered and everybody may pass. `mark` names the configuration in use, such as a key's
    id: a stop does not outlive it.
    """

    def __init__(
        self,
        redis: Redis,
        name: str,
        *,
        mark: str = "",
        open_seconds: float = OPEN_SECONDS,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self._redis = redis
        self._name, self._key, self._mark = name, f"breaker:{name}", mark
        self._open_ms, self._stop_ms = round(open_seconds * 1000), round(stop_seconds * 1000)
        self._scripts = {name: redis.register_script(text) for name, text in SCRIPTS.items()}

    async def enter(self) -> bool:
        """Before each request; whether it is the one that tries again after a stop.

        Raises BreakerOpen or BreakerStopped.
        """
        state, left_ms = await self._run("enter", PROBE_SECONDS * 1000, self._mark)
        if state == STOPPED:
            raise BreakerStopped
        if state == OPEN:
            raise BreakerOpen(left_ms / 1000)
        return bool(left_ms)

    async def succeeded(self) -> None:
        """Any answer that shows the provider at work, even a refusal."""
        await self._run("succeed")

    async def failed(self) -> None:
        """A 5xx, or no answer at all."""
        state, _ = await self._run("fail", FAILURES_MAX, self._open_ms)
        if state == OPEN:
            log.warning("breaker_opened", breaker=self._name, seconds=self._open_ms / 1000)

    async def stop(self, reason: str) -> None:
        """Until `resume`, until another configuration is in use, or until one that tries succeeds."""
        log.error("breaker_stopped", breaker=self._name, reason=reason)
        await self._run("stop", reason, self._mark, clock.now().isoformat(), self._stop_ms)

    async def resume(self) -> None:
        """The operator, or a check that passed, has seen that it works again."""
        await self._told(self._redis.delete(self._key))

    async def state(self) -> BreakerState:
        """For people to look at."""
        facts = await self._told(cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key))) or {}
        if b"stopped" in facts and facts[b"mark"].decode() != self._mark:
            return BreakerState()
        return BreakerState(
            is_open=b"until" in facts,
            stopped_because=facts[b"stopped"].decode() if b"stopped" in facts else None,
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
