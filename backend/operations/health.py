"""Liveness, readiness and metrics of the API process."""

import asyncio
from hmac import compare_digest
from typing import Any

import asyncpg
from litestar import Response, get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from backend.core.clock import clock
from backend.core.database_connector import DatabaseUnreachable
from backend.core.metrics import OUTBOX_AGE, OUTBOX_DEAD, OUTBOX_PENDING, REDIS_UP
from backend.core.migrations import head
from backend.core.problems import NotFound
from backend.core.requests import ApiRequest
from backend.core.resources import Resources, resources_of
from backend.messaging.queries import count_waiting
from backend.webhooks.queries import count_waiting_webhooks

CHECK_SECONDS = 1
VERSION = "SELECT version_num FROM alembic_version"
OUTBOX = """
SELECT count(*) FILTER (WHERE dead_at IS NULL) AS pending, count(*) FILTER (WHERE dead_at IS NOT NULL) AS dead,
       coalesce(extract(epoch FROM $1 - min(available_at) FILTER (WHERE dead_at IS NULL)), 0) AS age
FROM outbox
"""


@get("/health/live", include_in_schema=False, sync_to_thread=False)
def live() -> dict[str, str]:
    """The event loop responds."""
    return {"status": "live"}


@get("/health/ready", include_in_schema=False)
async def ready(request: ApiRequest) -> Response[dict[str, Any]]:
    """Database and migrations are required. Redis is only reported: bookings work without it."""
    resources = resources_of(request)
    database, migrations = await _database(resources)
    redis = await _redis(resources)
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


async def _database(resources: Resources) -> tuple[str, str]:
    """State of the database and of its migrations, checked through the pool and through a session."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            by_pool, by_session = await asyncio.gather(resources.pool.fetchval(VERSION), _version_by_session(resources))
    except (asyncpg.UndefinedTableError, ProgrammingError):
        return "ok", "none"
    except (asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, OSError, TimeoutError) as error:
        return f"away: {_kind_of(error)}", "unknown"
    return "ok", "ok" if by_pool == by_session == head() else f"at {by_pool}, code expects {head()}"


def _kind_of(error: Exception) -> str:
    """The driver's error where the connector's would say no more than that the database is away."""
    is_wrapped = isinstance(error, DatabaseUnreachable) and error.__cause__ is not None
    return type(error.__cause__ if is_wrapped else error).__name__


async def _version_by_session(resources: Resources) -> str | None:
    async with resources.sessions.committing() as session:
        version: str | None = await session.scalar(text(VERSION))
        return version


async def _redis(resources: Resources) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await resources.redis.ping()
    except (RedisError, OSError, TimeoutError) as error:
        REDIS_UP.set(0)
        return f"away: {type(error).__name__}"
    REDIS_UP.set(1)
    return "ok"


def may_see_metrics(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard. Raises NotFound unless the metrics token is sent; without one they are open outside production."""
    settings = resources_of(connection).settings
    expected, header = f"Bearer {settings.metrics_token}", connection.headers.get("authorization", "")
    is_open = not settings.metrics_token and not settings.is_production
    if not is_open and not (settings.metrics_token and compare_digest(expected.encode(), header.encode())):
        raise NotFound


@get("/metrics", include_in_schema=False, guards=[may_see_metrics])
async def metrics(request: ApiRequest) -> Response[bytes]:
    """Metrics in Prometheus' text format. Outbox, waiting emails and webhooks are counted at each request."""
    pool, now = resources_of(request).pool, clock.now()
    await count_waiting(pool, now)
    await count_waiting_webhooks(pool, now)
    row = await pool.fetchrow(OUTBOX, now)
    OUTBOX_PENDING.set(row["pending"])
    OUTBOX_DEAD.set(row["dead"])
    OUTBOX_AGE.set(max(0, float(row["age"])))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
