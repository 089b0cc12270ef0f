"""A circuit breaker for calls to a provider, shared by all processes through Redis."""

import asyncio
from collections.abc import Awaitable
from typing import Any, cast

import msgspec
import structlog
from redis.asyncio import Redis

from backend.core.clock import clock
from backend.core.outages import server_away
from backend.core.outbound.breaker_scripts import CLOSED, OPEN, SCRIPTS, STOPPED

FAILURES_MAX = 5
OPEN_SECONDS = 10
"""Short enough that a pass or an email is there 15 s after a failure has ended."""
PROBE_SECONDS = 30
"""While one request probes the provider, all others are refused for this long; longer than any request takes."""
LOOK_SECONDS = 2
"""Those who are refused meanwhile ask again after this time: the probe may have succeeded at once."""
STOP_SECONDS = 600
"""Interval between probes after a stop, so that calls resume by themselves once the provider accepts us again."""
ANSWER_SECONDS_MAX = 0.5

log = structlog.get_logger()


class BreakerOpen(Exception):
    """The provider has not answered recently; try again in `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"open for {retry_after:.0f} s more")
        self.retry_after = retry_after


class BreakerStopped(Exception):
    """The provider has refused our credentials; only a change of the configuration helps, here or at the provider."""


class BreakerState(msgspec.Struct, frozen=True):
    is_open: bool = False
    stopped_because: str | None = None
    failure_count: int = 0


class Breaker:
    """Opens for 10 s after 5 failures in a row. A stop, after a refusal of our credentials, lasts 10 minutes.

    Without Redis the breaker is always closed. `mark` identifies the configuration in use, such as a key's id: a stop
    ends when the configuration changes.
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
        """Call it before each request. True when the request is the probe after a stop.

        Raises BreakerOpen or BreakerStopped.
        """
        try:
            state, left_ms = await self._run("enter", PROBE_SECONDS * 1000, self._mark, LOOK_SECONDS * 1000)
        except asyncio.CancelledError:
            # Redis may have made this request the probe before the answer was given up.
            await self.leave()
            raise
        if state == STOPPED:
            raise BreakerStopped
        if state == OPEN:
            raise BreakerOpen(left_ms / 1000)
        return bool(left_ms)

    async def succeeded(self) -> None:
        """Call it after any response that shows the provider at work, even a refusal."""
        await self._run("succeed")

    async def failed(self) -> None:
        """Call it after a 5xx or when there was no response."""
        state, _ = await self._run("fail", FAILURES_MAX, self._open_ms)
        if state == OPEN:
            log.warning("breaker_opened", breaker=self._name, seconds=self._open_ms / 1000)

    async def leave(self) -> None:
        """Call it when the request was not made or was given up: another one may be the probe at once."""
        # A task of its own: before Python 3.11.3 redis-py asks nothing for one that is being cancelled.
        await asyncio.shield(self._run("leave"))

    async def stop(self, reason: str) -> None:
        """Lasts until `resume`, another `mark` or a successful probe."""
        log.error("breaker_stopped", breaker=self._name, reason=reason)
        await self._run("stop", reason, self._mark, clock.now().isoformat(), self._stop_ms)

    async def resume(self) -> None:
        """Closes the breaker; for operators and checks that have passed."""
        await self._ask_redis(self._redis.delete(self._key))

    async def state(self) -> BreakerState:
        """The state for status pages; decisions are made by `enter`."""
        facts = await self._ask_redis(cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key))) or {}
        if b"stopped" in facts and facts[b"mark"].decode() != self._mark:
            return BreakerState()
        return BreakerState(
            is_open=b"until" in facts,
            stopped_because=facts[b"stopped"].decode() if b"stopped" in facts else None,
            failure_count=int(facts.get(b"failures", 0)),
        )

    async def _run(self, script: str, *arguments: int | str) -> tuple[int, int]:
        result = await self._ask_redis(self._scripts[script](keys=[self._key], args=list(arguments)))
        return (int(result[0]), int(result[1])) if result else (CLOSED, 0)

    async def _ask_redis(self, command: Awaitable[Any]) -> Any:
        """The command's result; None when Redis is away."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return await command
        except Exception as error:
            if server_away(error) is None:
                raise
            log.warning("redis_away", error=type(error).__name__, consequence=f"{self._key} is taken for closed")
            return None
