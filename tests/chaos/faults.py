"""What goes wrong, by name. Each fault is over when its function returns."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Literal

from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.chaos.program import Program
from tests.chaos.stack import Stack
from tests.doubles.line import Line

Break = Callable[[Stack, Random], Awaitable[None]]
AWAY_SECONDS, SLOW_SECONDS, DELAY_SECONDS = (0.2, 2.0), (0.5, 2.0), (0.01, 0.08)


async def kill_worker(stack: Stack, chance: Random) -> None:
    await _ended(stack, chance.choice(stack.workers), "kill")


async def stop_worker(stack: Stack, chance: Random) -> None:
    await _ended(stack, chance.choice(stack.workers), "stop")


async def kill_backend(stack: Stack, chance: Random) -> None:
    await _ended(stack, chance.choice(stack.backends), "kill")


async def stop_backend(stack: Stack, chance: Random) -> None:
    await _ended(stack, chance.choice(stack.backends), "stop")


async def kill_all_workers(stack: Stack, _: Random) -> None:
    await asyncio.gather(*(_ended(stack, worker, "kill") for worker in stack.workers))


async def stop_postgres_immediately(stack: Stack, chance: Random) -> None:
    await stack.fleet.stop(stack.fleet.postgres)
    await asyncio.sleep(chance.uniform(*AWAY_SECONDS))
    await stack.fleet.start(stack.fleet.postgres)


async def cut_postgres(stack: Stack, _: Random) -> None:
    stack.database.cut()


async def close_postgres(stack: Stack, chance: Random) -> None:
    await _closed(stack.database, chance)


async def silence_postgres(stack: Stack, chance: Random) -> None:
    await _silent(stack.database, chance)


async def slow_postgres(stack: Stack, chance: Random) -> None:
    await _slow(stack.database, chance)


async def flush_redis(stack: Stack, _: Random) -> None:
    """One that is away at the same time has nothing to forget."""
    with suppress(RedisError):
        async with Redis.from_url(stack.fleet.valkey.url) as redis:
            await redis.flushall()


async def kill_redis(stack: Stack, chance: Random) -> None:
    await stack.fleet.stop(stack.fleet.valkey)
    await asyncio.sleep(chance.uniform(*AWAY_SECONDS))
    await stack.fleet.start(stack.fleet.valkey)


async def cut_redis(stack: Stack, _: Random) -> None:
    stack.redis.cut()


async def close_redis(stack: Stack, chance: Random) -> None:
    await _closed(stack.redis, chance)


async def silence_redis(stack: Stack, chance: Random) -> None:
    await _silent(stack.redis, chance)


async def slow_redis(stack: Stack, chance: Random) -> None:
    await _slow(stack.redis, chance)


async def google_is_out(stack: Stack, chance: Random) -> None:
    stack.google.fake.faults.is_out = True
    await asyncio.sleep(chance.uniform(*AWAY_SECONDS))
    stack.google.fake.faults.is_out = False


async def google_answers_badly(stack: Stack, chance: Random) -> None:
    """Errors, refusals, and answers that are lost after the call was executed."""
    stack.google.fake.faults.chances = {"500": 0.15, "429": 0.1, "lost": 0.15, "lost_504": 0.1}
    await asyncio.sleep(chance.uniform(*SLOW_SECONDS))
    stack.google.fake.faults.chances = {}


async def mails_are_deferred(stack: Stack, chance: Random) -> None:
    stack.post_office.is_open = False
    await asyncio.sleep(chance.uniform(*SLOW_SECONDS))
    stack.post_office.is_open = True


async def answers_to_mails_are_lost(stack: Stack, chance: Random) -> None:
    stack.post_office.drops_at = "after DATA"
    await asyncio.sleep(chance.uniform(*SLOW_SECONDS))
    stack.post_office.drops_at = None


async def mail_server_is_silent(stack: Stack, chance: Random) -> None:
    stack.post_office.gate.clear()
    await asyncio.sleep(chance.uniform(*SLOW_SECONDS))
    stack.post_office.gate.set()


async def _ended(stack: Stack, program: Program, how: Literal["kill", "stop"]) -> None:
    """Until its successor has begun, and is ready if it is a backend."""
    starts = program.starts
    (program.kill if how == "kill" else program.stop)()
    while program.starts == starts:  # noqa: ASYNC110 - another process ends
        await asyncio.sleep(0.05)
    if program in stack.backends:
        await stack.until_ready(stack.addresses[stack.backends.index(program)])


async def _closed(line: Line, chance: Random) -> None:
    line.close()
    await asyncio.sleep(chance.uniform(*AWAY_SECONDS))
    line.is_open = True


async def _silent(line: Line, chance: Random) -> None:
    """What was said meanwhile is missing, so that nobody can go on with a connection of before."""
    line.is_silent = True
    await asyncio.sleep(chance.uniform(*AWAY_SECONDS))
    line.cut()
    line.is_silent = False


async def _slow(line: Line, chance: Random) -> None:
    line.delay_seconds = chance.uniform(*DELAY_SECONDS)
    await asyncio.sleep(chance.uniform(*SLOW_SECONDS))
    line.delay_seconds = 0.0


FAULTS: tuple[Break, ...] = (
    kill_worker, stop_worker, kill_all_workers, kill_backend, stop_backend,
    stop_postgres_immediately, cut_postgres, close_postgres, silence_postgres, slow_postgres,
    flush_redis, kill_redis, cut_redis, close_redis, silence_redis, slow_redis,
    google_is_out, google_answers_badly, mails_are_deferred, answers_to_mails_are_lost, mail_server_is_silent,
)  # fmt: skip
AT_ONCE_MAX = 2


def plan(chance: Random, rounds: int) -> list[tuple[Break, ...]]:
    """What goes wrong in each round; two things at once in every other one."""
    return [tuple(chance.sample(FAULTS, chance.randint(1, AT_ONCE_MAX))) for _ in range(rounds)]
