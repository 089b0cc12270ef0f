"""The job queue: arq over Redis wakes the workers. Work is recorded in PostgreSQL, so a lost wake-up only delays it."""

import asyncio
import time
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import msgspec
import structlog
from arq.connections import ArqRedis
from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis

from backend.core.outages import server_away
from backend.core.redis_url import redis_options
from environment.tracing.switch import tracing

QUEUE_NAME = "orion:jobs"
"""Jobs that people wait for and that end within seconds."""
LONG_QUEUE = "orion:long"
"""Jobs that may take hours."""
RELAY = "relay_outbox"
SEND_MAILS = "send_mails"
ANSWER_RESETS = "answer_resets"
WAKE_EVERY_SECONDS = 0.05
ENQUEUE_SECONDS = 2.0
SLOW_SECONDS, AWAY_SECONDS = 0.5, 1.0
"""After a slow failure nobody asks Redis for a while: each of a hundred wake-ups would wait for its time limit."""

log = structlog.get_logger()

_away_until: WeakKeyDictionary[ArqRedis, float] = WeakKeyDictionary()


class RemoteJobError(Exception):
    """The failure of a job in another process. Its text is the name of the exception's class."""


def serialize(job: dict[str, Any]) -> bytes:
    """JSON and not pickle: write access to Redis must not allow running code in a worker."""
    return msgspec.json.encode(job, enc_hook=_failure)


def deserialize(raw: bytes) -> dict[str, Any]:
    job: dict[str, Any] = msgspec.json.decode(raw, type=dict[str, Any])
    result = job.get("r")
    if isinstance(result, dict) and "__failure__" in result:
        job["r"] = RemoteJobError(result["__failure__"])
    return job


def _failure(value: object) -> object:
    if isinstance(value, BaseException):
        return {"__failure__": type(value).__name__}
    # The error by which msgspec is told that a type cannot be encoded
    raise NotImplementedError(f"a job may not carry {type(value).__name__}")


def open_redis(url: str) -> Redis:
    """A client with a time limit of 1 s for a connection and for each answer: the till works without Redis."""
    limits = {"socket_timeout": 1, "socket_connect_timeout": 1}
    return Redis.from_pool(ConnectionPool(**limits | redis_options(url), max_connections=32))


def open_queue(url: str, name: str = QUEUE_NAME, *, connections: int = 8, seconds: int = 2) -> ArqRedis:
    """`seconds`: time limit for a connection and for each answer."""
    limits = {"timeout": seconds, "socket_timeout": seconds, "socket_connect_timeout": seconds}
    return ArqRedis(
        BlockingConnectionPool(**limits | redis_options(url), max_connections=connections),
        job_serializer=serialize,
        job_deserializer=deserialize,
        default_queue_name=name,
    )


async def try_to_wake(queue: ArqRedis, job: str) -> None:
    """Queues the job under a new id: arq refuses one that it knows, even when the worker that ran it has died.

    For work that a timed job finds by itself. Raises nothing.
    """
    await try_to_enqueue(queue, job, _job_id=f"{job}:{uuid4().hex}")


async def try_to_enqueue(queue: ArqRedis, job: str, *arguments: str, **options: Any) -> bool:
    """`enqueue_job` for work that a timed job finds in PostgreSQL by itself: False without Redis, and no error."""
    if time.monotonic() < _away_until.get(queue, 0.0):
        return False
    began = time.monotonic()
    # A job without arguments is for whatever is due, so it belongs to nobody's trace.
    if arguments and (traceparent := tracing().traceparent()):
        options["traceparent"] = traceparent
    try:
        async with asyncio.timeout(ENQUEUE_SECONDS):
            await queue.enqueue_job(job, *arguments, **options)
    except Exception as error:  # noqa: BLE001 - what was done before is committed, and nobody may be told that it failed
        if time.monotonic() - began > SLOW_SECONDS:
            _away_until[queue] = time.monotonic() + AWAY_SECONDS
        _tell_missed(job, error)
        return False
    return True


def _tell_missed(job: str, error: Exception) -> None:
    facts = {"error": type(error).__name__, "consequence": f"{job} starts a little later"}
    if server_away(error):
        log.warning("worker_wakeup_failed", **facts)
    else:
        log.error("worker_wakeup_failed", exc_info=error, **facts)


class WorkerNotifier:
    """Wakes the outbox relay at most every 50 ms, however many bookings there are. The relay finds all due messages."""

    def __init__(self, queue: ArqRedis) -> None:
        self._queue = queue
        self._is_due = False
        self._wakes: set[asyncio.Task[None]] = set()

    def notify(self) -> None:
        """Call it after the commit. Raises nothing: the relay also runs every 5 s."""
        if self._is_due:
            return
        self._is_due = True
        wake_up = asyncio.create_task(self._wake_relay())
        self._wakes.add(wake_up)
        wake_up.add_done_callback(self._wakes.discard)

    async def _wake_relay(self) -> None:
        await asyncio.sleep(WAKE_EVERY_SECONDS)
        # From here the relay may already have read the outbox: a later booking needs another wake-up.
        self._is_due = False
        await try_to_wake(self._queue, RELAY)

    async def close(self) -> None:
        await asyncio.gather(*self._wakes, return_exceptions=True)
