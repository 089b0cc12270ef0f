"""Connection checks before a process or a command starts. An error is one sentence without secrets."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import asyncpg
import structlog
from arq.connections import ArqRedis
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from backend.core.database_connector import Connect, DatabaseUnreachable
from backend.core.database_url import check_database_files
from backend.core.outages import server_away
from backend.core.queue import open_queue
from backend.core.redis_url import check_redis_files, redis_options

REDIS_SETTING = "ORION_REDIS_URL"
REDIS_PORT = 6379
RETRY_SECONDS = 1
CONNECT_ERRORS = (
    OSError,
    ValueError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""Raised by asyncpg when a connection fails."""
REASONS: dict[tuple[type[Exception], ...], str] = {
    (asyncpg.InvalidAuthorizationSpecificationError,): "refuses the user or the password",
    (asyncpg.InvalidCatalogNameError,): "is not on that server under that name",
    (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError): "lets that user not be orion_app",
    (asyncpg.TargetServerAttributeNotMatched,): "takes no writes on any of the hosts",
    (asyncpg.TooManyConnectionsError,): "has no connection left for us",
}

ReachedT = TypeVar("ReachedT")

log = structlog.get_logger()


class StartRefused(Exception):
    """One sentence that says what is wrong and what to do."""


async def reach_database(setting: str, url: str, connector: Callable[[str], Connect]) -> asyncpg.Connection:
    """An open connection. Raises SettingsError or StartRefused."""
    check_database_files(setting, url)
    return await patiently(setting, connector(url))


async def patiently(setting: str, reach: Callable[[], Awaitable[ReachedT]], *, seconds: float = 0) -> ReachedT:
    """What `reach` returns, tried for so long while the database is away; there is a line when that begins and ends.

    Raises StartRefused, at once for a reason that lasts until somebody cures it, such as a wrong password.
    """
    began, is_told = time.monotonic(), False
    while True:
        try:
            reached = await reach()
        except (*CONNECT_ERRORS, RuntimeError) as error:
            if isinstance(error, RuntimeError) and server_away(error) is None:
                raise
            waited = time.monotonic() - began
            if waited >= seconds or _is_lasting(error):
                # The driver's error may quote the URL.
                raise StartRefused(f"The database {_why_away(error)}: check {setting}.") from None
            if not is_told:
                log.warning("database_away", error=_kind_of(error), consequence="the start waits for it")
            is_told = True
            await asyncio.sleep(RETRY_SECONDS)
        else:
            if is_told:
                log.info("database_back", seconds=round(time.monotonic() - began, 1))
            return reached


def _is_lasting(error: Exception) -> bool:
    if isinstance(error, DatabaseUnreachable):
        cause = error.__cause__
        return isinstance(cause, ssl.SSLCertVerificationError | PermissionError) or "rejected SSL" in str(cause)
    return server_away(error) is None


def _kind_of(error: Exception) -> str:
    return type(error.__cause__ or error).__name__


def _why_away(error: BaseException) -> str:
    if isinstance(error, DatabaseUnreachable) and error.__cause__ is not None:
        return _why_away(error.__cause__)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _untrusted(error)
    if isinstance(error, ConnectionError) and "rejected SSL upgrade" in str(error):
        return "speaks no TLS, which sslmode asks for"
    reason = next((reason for kinds, reason in REASONS.items() if isinstance(error, kinds)), "cannot be reached")
    return f"{reason} ({type(error).__name__})"


async def reach_redis(url: str, *, is_needed: bool = False) -> None:
    """Raises StartRefused when Redis rejects the connection, or when it is away and `is_needed`.

    Till and workers work without Redis.
    """
    check_redis_files(REDIS_SETTING, url)
    queue = open_queue(url)
    try:
        error = await _ping(queue)
    finally:
        await queue.aclose(close_connection_pool=True)
    if error and (reason := lasting_reason(error)):
        raise StartRefused(f"Redis {reason}: check {REDIS_SETTING}.")
    if error and is_needed:
        raise StartRefused(f"Redis {await _why_redis_away(url, error)}: check {REDIS_SETTING}.")


async def _why_redis_away(url: str, error: Exception) -> str:
    if url.startswith("rediss:") and await _is_open(url):
        return f"gives no answer to TLS, which rediss:// asks for ({type(error).__name__})"
    return f"cannot be reached ({type(error).__name__})"


async def _is_open(url: str) -> bool:
    """Whether the port accepts connections, with or without TLS."""
    options = redis_options(url)
    try:
        async with asyncio.timeout(RETRY_SECONDS):
            _, writer = await asyncio.open_connection(options.get("host", "localhost"), options.get("port", REDIS_PORT))
    except OSError:
        return False
    writer.close()
    return True


async def _ping(queue: ArqRedis) -> Exception | None:
    try:
        await queue.ping()
    except (RedisError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and server_away(error) is None:
            raise
        return error
    return None


def lasting_reason(error: BaseException) -> str | None:
    """The reason of a failure that waiting does not cure; None when Redis is away."""
    for reason in _causes(error):
        if isinstance(reason, AuthenticationError | ResponseError):
            return "refuses the user, the password or the database"
        if isinstance(reason, ssl.SSLCertVerificationError):
            return _untrusted(reason)
        if isinstance(reason, ssl.SSLError) and not isinstance(reason, ssl.SSLEOFError):
            return f"and we agree on no TLS ({reason.reason})"
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it: redis-py passes errors on as arguments or as causes of its own."""
    yield error
    yield from (part for part in error.args if isinstance(part, BaseException))
    if cause := error.__cause__ or error.__context__:
        yield from _causes(cause)


def _untrusted(error: ssl.SSLCertVerificationError) -> str:
    return f"shows a certificate that is not trusted ({error.verify_message.rstrip('.')})"
