"""Which errors mean that a server of Orion's own is away, or cannot work now: the one list of them.

A full disk of our own, a missing right or a missing file is none of them, although Python has them under OSError, too.
"""

import re
from traceback import walk_tb
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
    # It starts, stops, crashed, was told to end the statement.
    asyncpg.OperatorInterventionError,
    # Its disk, its memory or its connections are used up.
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    # Another host has become the one that takes writes.
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    # The server closed an idle connection.
    asyncpg.InternalClientError,
    # Another transaction holds the row's lock for too long.
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
)
REDIS_AWAY = (
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.InvalidResponse,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.NoPermissionError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.TryAgainError,
    # redis-py's name for a connection that dies between WATCH and EXEC. What it means otherwise, arq catches itself.
    redis.exceptions.WatchError,
)
REDIS_UNABLE = ("MISCONF", "NOREPLICAS", "MASTERDOWN", "BUSY", "LOADING")
"""First words of refusals for which redis-py has no class of its own."""
CUT = re.compile("unable to perform operation on <.*>; the handler is closed")
"""uvloop raises RuntimeError for a connection that has just died."""


def server_away(error: BaseException | None) -> Server | None:
    """The server that the error says is away; None when the error has another reason.

    Of a TimeoutError nobody knows whose it is: where Redis alone was asked, any answer but None means Redis.
    """
    if isinstance(error, REDIS_AWAY) or _is_unable(error):
        return "Redis"
    # A value that does not fit its type is an InterfaceError, too.
    if isinstance(error, DATABASE_AWAY) and not isinstance(error, ValueError):
        return "PostgreSQL"
    if isinstance(error, RuntimeError) and CUT.fullmatch(str(error)):
        return _owner_of_connection(error)
    if isinstance(error, DBAPIError) and error.orig is not error:
        return server_away(getattr(error.orig, "__cause__", None))
    return None


def _owner_of_connection(error: BaseException) -> Server:
    """Of the one that was cut: the driver that wrote to it is in the traceback."""
    modules = (frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__))
    return "Redis" if any(module.startswith("redis.") for module in modules) else "PostgreSQL"


def _is_unable(error: BaseException | None) -> bool:
    return isinstance(error, redis.exceptions.ResponseError) and str(error).startswith(REDIS_UNABLE)
