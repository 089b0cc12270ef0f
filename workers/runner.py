"""The context of all jobs, opened once per process, and wrappers that log jobs and coalesce their runs."""

import math
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager
from functools import wraps
from typing import Any, cast

import structlog
from arq.typing import WorkerCoroutine
from arq.worker import Retry
from prometheus_client import start_http_server
from structlog.contextvars import bind_contextvars, clear_contextvars

from backend.core.isolation import note_violation
from backend.core.logs import configure_logs
from backend.core.maintenance import is_read_only
from backend.core.outages import server_away
from backend.core.settings import Settings
from backend.services import open_services
from environment.tracing.switch import tracing

Context = dict[str, Any]
Job = Callable[..., Coroutine[Any, Any, None]]
"""Called with the context and the job's arguments."""

log = structlog.get_logger()


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[Context]:
    """The first argument of every job. Waits for a database that is away."""
    configure_logs(settings, "worker")
    with ExitStack() as stack:
        async with open_services(settings, patience_seconds=math.inf) as services:
            if settings.worker_metrics_port:
                stack.callback(show_metrics(settings))
            yield {"services": services}


def show_metrics(settings: Settings) -> Callable[[], None]:
    """Serves the metrics in a thread. Returns the function that stops it."""
    server, thread = start_http_server(settings.worker_metrics_port, settings.backend_host)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop


def logged(job: Job) -> WorkerCoroutine:
    """Logs the duration of a job, at debug level, or its failure, after which the job has ended for arq, too."""

    @wraps(job)
    async def run(context: Context, *arguments: Any, traceparent: str | None = None) -> None:
        with tracing().continued(traceparent, job.__name__):
            await run_logged(job, context, *arguments)

    return cast("WorkerCoroutine", run)


async def run_logged(job: Job, context: Context, *arguments: Any) -> Exception | None:
    """Like `logged`. Returns the failure, which was told: arq would tell it once more, with its statement."""
    clear_contextvars()
    bind_contextvars(job=job.__name__, job_id=context.get("job_id"))
    if is_paused(context):
        return None
    started = time.perf_counter()
    try:
        await job(context, *arguments)
    except Retry:
        raise
    except Exception as error:  # noqa: BLE001 - it is told
        tell_failure("job_failed", error)
        return error
    log.debug("job", ms=round((time.perf_counter() - started) * 1000, 1))
    return None


def is_paused(context: Context) -> bool:
    """During maintenance nothing changes. What a job leaves undone, a timed one finds afterwards."""
    return is_read_only(context["services"].live)


def tell_failure(event: str, error: Exception, **facts: str) -> None:
    """Logs it, with a traceback unless a server is away: then every job fails, every few seconds."""
    reason = type(error).__name__
    tracing().note_failure(error)
    if server := server_away(error):
        log.warning(event, server_away=server, error=reason, consequence="repeated once it is back", **facts)
    else:
        note_violation(error)
        log.error(event, error=reason, exc_info=error, **facts)


def coalesced(job: Job, *, repeat_seconds: float = math.inf) -> Job:
    """Runs the job once at a time for the same arguments. A call during a run returns at once, and the run repeats the
    job before it ends.

    `repeat_seconds`: no repetition begins later; a timed job must find what is left.
    The state is in this process only, so that a dead worker leaves nothing that would block the next call.
    """
    running: set[tuple[Any, ...]] = set()
    wanted: set[tuple[Any, ...]] = set()

    @wraps(job)
    async def run(context: Context, *arguments: Any) -> None:
        wanted.add(arguments)
        if arguments in running:
            return
        running.add(arguments)
        until = time.monotonic() + repeat_seconds
        try:
            while arguments in wanted:
                wanted.discard(arguments)
                await job(context, *arguments)
                if time.monotonic() >= until:
                    return
        finally:
            running.discard(arguments)
            wanted.discard(arguments)

    return run
