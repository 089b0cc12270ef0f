"""Access to PostgreSQL: an asyncpg pool for the till, advanced-alchemy sessions for everything else.

Every connection has the role `orion_app`, which owns nothing and cannot bypass row-level security.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
from advanced_alchemy.config import AsyncSessionConfig, EngineConfig, SQLAlchemyAsyncConfig
from asyncpg.pool import PoolAcquireContext
from sqlalchemy import MetaData, text
from sqlalchemy.event import listen
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from backend.core.connectivity import StartRefused, patiently
from backend.core.database_connector import Connect, connector
from backend.core.settings import Settings

APP_ROLE = "orion_app"
DIALECT = "postgresql+asyncpg://"
SERVER_SETTINGS = {
    "role": APP_ROLE,
    "timezone": "UTC",
    "jit": "off",
    "statement_timeout": "5000",
    "lock_timeout": "3000",
    "idle_in_transaction_session_timeout": "10000",
    # A machine that is gone answers no probe: what it had locked is free after 11 s, and not after two hours. No other
    # time limit counts while PostgreSQL waits for the rest of a statement.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
COMMAND_TIMEOUT_SECONDS = 5
ACQUIRE_SECONDS = 5
"""A request that gets no connection within this time is answered with 503."""
QUERIES_MAX = 50_000
"""Queries after which a connection is replaced; asyncpg's default."""
TILL_SETTINGS = {**SERVER_SETTINGS, "lock_timeout": "500"}
"""A booking that finds its card locked gives its connection back after 500 ms and retries."""
ENTER = "SELECT set_config('app.merchant_id', $1, true)"


async def _reset(connection: asyncpg.Connection) -> None:
    # asyncpg's reset costs a round trip on every release; only an open transaction needs it.
    if connection.is_in_transaction():
        await connection.reset()


class _TillPool(asyncpg.Pool):  # type: ignore[misc]  # asyncpg has no types
    """A pool whose shorthands, such as `fetchval`, also wait at most ACQUIRE_SECONDS for a connection.

    They raise TimeoutError.
    """

    def acquire(self, *, timeout: float | None = None) -> PoolAcquireContext:
        # A timeout costs a task; it is not needed when a connection is idle.
        return super().acquire(timeout=timeout if timeout or self.get_idle_size() else ACQUIRE_SECONDS)


async def open_pool(settings: Settings, *, patience_seconds: float = 0) -> asyncpg.Pool:
    """The till's pool. Connections are not reset: statements must not change session state.

    Raises StartRefused, after `patience_seconds` when the database is away.
    """
    return await patiently("ORION_DATABASE_URL", partial(_open_pool, settings), seconds=patience_seconds)


async def _open_pool(settings: Settings) -> asyncpg.Pool:
    pool = _till_pool(settings)
    try:
        return await pool
    except asyncpg.TooManyConnectionsError:
        raise StartRefused(
            f"ORION_POOL_SIZE: the database lets us have fewer than {settings.pool_size} connections: lower it, or "
            "allow more for the server and the role; each process takes up to twice as many."
        ) from None


def _till_pool(settings: Settings) -> asyncpg.Pool:
    return _TillPool(
        connect=till_connector(settings.database_url),
        min_size=settings.pool_size,
        max_size=settings.pool_size,
        max_queries=QUERIES_MAX,
        reset=_reset,
        max_inactive_connection_lifetime=0,
        loop=None,
        connection_class=asyncpg.Connection,
        record_class=asyncpg.Record,
    )


def till_connector(url: str) -> Connect:
    return connector(url, TILL_SETTINGS, patience_seconds=ACQUIRE_SECONDS, command_timeout=COMMAND_TIMEOUT_SECONDS)


def session_connector(url: str) -> Connect:
    return connector(url, SERVER_SETTINGS, patience_seconds=ACQUIRE_SECONDS, command_timeout=COMMAND_TIMEOUT_SECONDS)


def engine_maker(connect: Connect) -> Callable[..., AsyncEngine]:
    """Call the result with `DIALECT`: SQLAlchemy would parse a database URL differently from libpq."""

    def make(dialect: str, **options: Any) -> AsyncEngine:
        engine = create_async_engine(dialect, async_creator=connect, **options)
        listen(engine.sync_engine, "checkout", _refuse_closed)
        return engine

    return make


def _refuse_closed(connection: Any, *_: object) -> None:
    """Another connection is taken instead. The driver knows, without asking the server, that this one has ended."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


@asynccontextmanager
async def within_merchant(pool: asyncpg.Pool, merchant_id: UUID) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of the till's pool that sees only this merchant's rows."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(ENTER, str(merchant_id))
        yield connection


class Sessions:
    """Sessions for everything but the till.

    Uses advanced-alchemy's core configuration and not its Litestar plugin, whose `autocommit` answers 201 when a commit
    fails. Here the transaction is committed before the response starts.
    """

    def __init__(self, settings: Settings, metadata: MetaData) -> None:
        self._config = SQLAlchemyAsyncConfig(
            connection_string=DIALECT,
            create_engine_callable=engine_maker(session_connector(settings.database_url)),
            metadata=metadata,
            session_config=AsyncSessionConfig(expire_on_commit=False),
            engine_config=EngineConfig(
                pool_size=settings.pool_size,
                max_overflow=0,
                pool_timeout=3,
                pool_pre_ping=False,
                hide_parameters=True,
            ),
        )

    @asynccontextmanager
    async def committing(self, merchant_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """One transaction, committed when the block ends, rolled back when it raises. A failed commit raises."""
        async with self._config.get_session() as session, session.begin():
            if merchant_id is not None:
                await enter_merchant(session, merchant_id)
            yield session

    async def close(self) -> None:
        await self._config.get_engine().dispose()


async def enter_merchant(session: AsyncSession, merchant_id: UUID) -> None:
    """Limits row-level security to this merchant's rows for the rest of the transaction."""
    await session.execute(text("SELECT set_config('app.merchant_id', :merchant, true)"), {"merchant": str(merchant_id)})
