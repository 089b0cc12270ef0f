"""Measures the time from a booking to its push, over all processes: counted per minute in Redis, kept for two hours.

For the status page. The metrics keep the histogram for longer.
"""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import cast

import structlog
from redis.asyncio import Redis

from backend.core.clock import clock
from backend.core.outages import server_away
from backend.wallets.metrics import WALLET_LAG_BUCKETS
from backend.wallets.ports import Provider

KEPT_SECONDS = 2 * 3600
MINUTES = 60
ANSWER_SECONDS_MAX = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Upper bounds in seconds; None when nothing was measured, or when it took longer than any bound."""

    count: int
    p50: float | None
    p95: float | None


class Freshness:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def record(self, provider: Provider, seconds: float) -> None:
        """Never raises: a measurement may be lost."""
        key = f"wallet:lag:{provider}:{_minute()}"
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX), self._redis.pipeline(transaction=False) as pipe:
                pipe.hincrby(key, str(bisect_left(WALLET_LAG_BUCKETS, seconds)), 1)
                pipe.expire(key, KEPT_SECONDS)
                await pipe.execute()
        except Exception as error:
            if server_away(error) is None:
                raise
            log.warning("redis_away", error=type(error).__name__, consequence="one measure of freshness is lost")

    async def last_hour(self, provider: Provider) -> Percentiles:
        keys = [f"wallet:lag:{provider}:{_minute() - ago}" for ago in range(MINUTES)]
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX), self._redis.pipeline(transaction=False) as pipe:
                for key in keys:
                    await cast("Awaitable[dict[bytes, bytes]]", pipe.hgetall(key))
                counted: list[dict[bytes, bytes]] = await pipe.execute()
        except Exception as error:
            if server_away(error) is None:
                raise
            counted = []
        total: Counter[int] = Counter()
        for minute in counted:
            total.update({int(bucket): int(times) for bucket, times in minute.items()})
        return Percentiles(total.total(), _percentile(total, 0.5), _percentile(total, 0.95))


def _minute() -> int:
    return int(clock.now().timestamp()) // 60


def _percentile(counted: Counter[int], share: float) -> float | None:
    """The upper bound of the bucket that contains the percentile."""
    cumulated = 0
    for bucket in sorted(counted):
        cumulated += counted[bucket]
        if cumulated >= share * counted.total():
            return WALLET_LAG_BUCKETS[bucket] if bucket < len(WALLET_LAG_BUCKETS) else None
    return None
