"""Limits set back between tests."""

from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeout

TRIES = 20


async def forget_everything(redis: Redis) -> None:
    """Empties the tests' database of Redis. A busy machine is no bug: the services wait a second, a test longer."""
    for _ in range(TRIES):
        try:
            await redis.flushdb()
        except RedisTimeout:
            continue
        return
    raise AssertionError("Redis does not answer")
