"""What says that a server is away, with real connections that are cut, on the event loop of production."""

import asyncio
import errno
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import pytest
import uvloop
from redis.asyncio import Redis
from redis.exceptions import DataError, NoScriptError, ResponseError, WatchError
from sqlalchemy import text

from backend.core.database import Sessions, open_pool
from backend.core.database_connector import DatabaseUnreachable
from backend.core.keys import KeyRing
from backend.core.outages import server_away
from backend.core.outbound.breaker import Breaker
from backend.core.outbound.bucket import Bucket
from backend.core.queue import RELAY, open_queue, open_redis, try_to_wake
from backend.core.ratelimit import RateLimiter
from backend.core.settings import Settings
from backend.models import metadata
from backend.wallets.freshness import Freshness
from tests.conftest import LogLines
from tests.doubles.line import database_by_line


async def as_in_production(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """On uvloop, whose transports raise a RuntimeError of their own."""
    await asyncio.to_thread(lambda: uvloop.run(story()))


def kind_of(error: BaseException) -> str:
    return f"{type(error).__name__}: {server_away(error)}"


async def cut(redis: Redis) -> None:
    """What the pool gives next is a connection that dies as it is written to."""
    connection = await redis.connection_pool.get_connection()

    async def is_still_there() -> bool:
        return False

    connection.can_read_destructive = is_still_there
    connection._writer.transport.abort()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await redis.connection_pool.release(connection)


async def test_without_the_connection_to_redis_everything_goes_on(settings: Settings, log_lines: LogLines) -> None:
    """Limits are counted here, the breaker is closed, the bucket keeps a rate, a wake-up is missed: nothing raises."""

    async def story() -> None:
        redis, queue = open_redis(settings.redis_url), open_queue(settings.redis_url)
        limiter, breaker = RateLimiter(redis, KeyRing(settings.keys)), Breaker(redis, "cut")
        bucket, freshness = Bucket(redis, "cut", per_second=1000), Freshness(redis)
        for goes_on in (
            lambda: limiter.take("cut", "somebody", 10),
            breaker.enter,
            breaker.state,
            bucket.wait,
            lambda: bucket.pause(0.001),
            lambda: freshness.record("google", 1),
            lambda: freshness.last_hour("google"),
        ):
            await redis.ping()
            await cut(redis)
            await goes_on()
        await queue.ping()
        await cut(queue)
        await try_to_wake(queue, RELAY)
        await queue.aclose(close_connection_pool=True)
        await redis.aclose()

    await as_in_production(story)
    errors = {line["error"] for line in log_lines()}
    assert errors == {"RuntimeError"}, "each was told, and by the same name"


@pytest.mark.parametrize(
    ("error", "server"),
    [
        (
            RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed"),
            "PostgreSQL",
        ),
        (RuntimeError("the handler is closed"), None),
        (RuntimeError("unable to perform operation on a card"), None),
        (RuntimeError(), None),
        (OSError(errno.ENOSPC, "No space left on device"), None),
        (DatabaseUnreachable("FileNotFoundError"), "PostgreSQL"),
        (asyncpg.DiskFullError("could not extend file"), "PostgreSQL"),
        (asyncpg.CrashShutdownError("terminating connection"), "PostgreSQL"),
        (asyncpg.ReadOnlySQLTransactionError("cannot execute UPDATE"), "PostgreSQL"),
        (asyncpg.exceptions._base.InterfaceError("connection is closed"), "PostgreSQL"),
        (asyncpg.exceptions._base.ClientConfigurationError("no such option"), None),
        (asyncpg.UndefinedTableError("no table"), None),
        (asyncpg.UniqueViolationError("twice"), None),
        (ResponseError("MISCONF Redis is configured to save RDB snapshots"), "Redis"),
        (ResponseError("WRONGTYPE Operation against a key"), None),
        (WatchError("A ConnectionError occurred on while watching one or more keys"), "Redis"),
        (NoScriptError("No matching script"), None),
        (DataError("Invalid input"), None),
    ],
    ids=kind_of,
)
def test_only_what_is_away_is_away(error: Exception, server: str | None) -> None:
    assert server_away(error) == server


async def test_every_way_in_which_a_database_goes_away_says_so_to_both_lanes(settings: Settings) -> None:
    """Cut while it answers, cut between two statements, cut at the commit, closed, and back again without a word."""

    async def story() -> None:
        async with database_by_line(settings) as (by_line, line):
            pool, sessions = await open_pool(by_line), Sessions(by_line, metadata)

            async def by_session(statement: str) -> None:
                async with sessions.committing() as session:
                    await session.execute(text(statement))

            for lane in (pool.fetchval, by_session):
                for seconds in (0.0, 0.05):
                    asking = asyncio.ensure_future(lane("SELECT pg_sleep(0.2)"))
                    await asyncio.sleep(seconds)
                    line.cut()
                    outcome = (await asyncio.gather(asking, return_exceptions=True))[0]
                    assert outcome is None or server_away(outcome) == "PostgreSQL", outcome
                line.close()
                with pytest.raises(Exception) as raised:
                    await lane("SELECT 1")
                assert server_away(raised.value) == "PostgreSQL", raised.value
                line.is_open = True
                await lane("SELECT 1")
                # What was idle when the line was cut is not given to anybody.
                line.cut()
                await asyncio.sleep(0.02)
                await lane("SELECT 1")
            await sessions.close()
            pool.terminate()

    await as_in_production(story)
