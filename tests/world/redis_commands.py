"""Commands to Redis whose replies its own methods type for both of its clients at once."""

from typing import Any

from redis.asyncio import Redis


async def ask_redis(redis: Redis, command: str, *arguments: Any) -> Any:
    return await redis.execute_command(command, *arguments)  # type: ignore[no-untyped-call]  # redis has no type for it
