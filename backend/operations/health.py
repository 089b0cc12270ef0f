"""Liveness and readiness of the API process."""

import asyncio
from typing import Any

import asyncpg
from litestar import Response, get
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from backend.core.database_connector import DatabaseUnreachable
from backend.core.metrics import REDIS_UP
from backend.core.migrations import head
from backend.core.outages import server_away
from backend.core.requests import ApiRequest
from backend.core.resources import Resources, resources_of

CHECK_SECONDS = 1
VERSION = "SELECT version_num FROM alembic_version"


@get("/health/live", include_in_schema=False, sync_to_thread=False)
def live() -> dict[str, str]:
    """The event loop responds."""
    return {"status": "live"}


@get("/health/ready", include_in_schema=False)
async def ready(request: ApiRequest) -> Response[dict[str, Any]]:
    """Database and migrations are required. Redis is only reported: bookings work without it."""
    resources = resources_of(request)
    database, migrations = await check_database(resources)
    redis = await check_redis(resources)
    is_ready = database == "ok" and migrations == "ok"
    return Response(
        {
            "status": "ready" if is_ready else "not ready",
            "database": database,
            "migrations": migrations,
            "redis": redis,
        },
        status_code=200 if is_ready else 503,
    )


async def check_database(resources: Resources) -> tuple[str, str]:
    """State of the database and of its migrations, checked through the pool and through a session."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            by_pool, by_session = await asyncio.gather(resources.pool.fetchval(VERSION), _version_by_session(resources))
    except (asyncpg.UndefinedTableError, ProgrammingError):
        return "ok", "none"
    except Exception as error:  # noqa: BLE001 - whatever it is, a request would fail by it, too
        return _said_of(error), "unknown"
    return "ok", "ok" if by_pool == by_session == head() else f"at {by_pool}, code expects {head()}"


def _said_of(error: Exception) -> str:
    """With the driver's error where the connector's would say no more than that the database is away."""
    is_wrapped = isinstance(error, DatabaseUnreachable) and error.__cause__ is not None
    kind = type(error.__cause__ if is_wrapped else error).__name__
    return f"away: {kind}" if server_away(error) else f"broken: {kind}"


async def _version_by_session(resources: Resources) -> str | None:
    async with resources.sessions.committing() as session:
        version: str | None = await session.scalar(text(VERSION))
        return version


async def check_redis(resources: Resources) -> str:
    """`ok`, or that it is away and why."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await resources.redis.ping()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said
        REDIS_UP.set(0)
        return _said_of(error)
    REDIS_UP.set(1)
    return "ok"
