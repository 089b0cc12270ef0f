"""Which errors mean that a server of Orion's own is away, or does not answer in time: the one list of them.

A full disk, a missing right or a missing file is none of them, although Python has them under OSError, too.
"""

from typing import Literal

import asyncpg
import redis.exceptions
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

Server = Literal["PostgreSQL", "Redis"]

DATABASE_AWAY = (
    # Includes DatabaseUnreachable of the connector, for every reason.
    ConnectionError,
    TimeoutError,
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.InterfaceError,
    # The server closed an idle connection.
    asyncpg.InternalClientError,
    asyncpg.QueryCanceledError,
    # Another transaction holds the row's lock for too long.
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
)
REDIS_AWAY = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)


def server_away(error: BaseException | None) -> Server | None:
    """The server that the error says is away; None when the error has another reason."""
    if isinstance(error, REDIS_AWAY):
        return "Redis"
    if isinstance(error, DATABASE_AWAY):
        return "PostgreSQL"
    if isinstance(error, DBAPIError) and error.orig is not error:
        return server_away(getattr(error.orig, "__cause__", None))
    return None
