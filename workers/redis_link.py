"""Whether Redis is there, for all queues of a process."""

import asyncio
import random
import time

import structlog
from redis.asyncio import Redis

from backend.core.connectivity import lasting_reason
from backend.core.outages import server_away

PAUSE_SECONDS, PAUSE_SECONDS_MAX = 0.25, 2.0

log = structlog.get_logger()


class RedisLink:
    """It is said once when Redis goes away, and once when all queues have reached it again."""

    def __init__(self) -> None:
        self._waiting = 0
        self._away_since = 0.0

    async def wait(self, redis: Redis, error: BaseException) -> None:
        """Returns when it answers, however long that takes. `error`: why it is asked."""
        if not self._waiting:
            self._away_since = time.monotonic()
            self._tell_away(error)
        self._waiting += 1
        try:
            await self._until_it_answers(redis)
        finally:
            self._waiting -= 1
        if not self._waiting:
            log.info("redis_back", seconds=round(time.monotonic() - self._away_since, 1))

    def _tell_away(self, error: BaseException) -> None:
        consequence = "the worker does what PostgreSQL holds, and looks for Redis"
        if reason := lasting_reason(error):
            log.error("redis_away", reason=f"Redis {reason}: check ORION_REDIS_URL.", consequence=consequence)
        else:
            log.warning("redis_away", error=type(error).__name__, consequence=consequence)

    async def _until_it_answers(self, redis: Redis) -> None:
        pause = PAUSE_SECONDS
        while True:
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads processes
            pause = min(2 * pause, PAUSE_SECONDS_MAX)
            try:
                await redis.ping()
            except Exception as error:
                if server_away(error) is None and lasting_reason(error) is None:
                    raise
            else:
                return
