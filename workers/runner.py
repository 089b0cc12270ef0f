"""Around every job: services opened once per process, one log line, failures told once."""

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

from backend.core.logs import configure_logs
from backend.core.settings import Settings
from backend.services import open_services

Context = dict[str, Any]
Job = Callable[..., Coroutine[Any, Any, None]]
"""Takes the context, and what it was queued with."""

log = structlog.get_logger()


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[Context]:
    """What every job is given."""
    configure_logs(settings, "worker")
    with ExitStack() as stack:
        async with open_services(settings) as services:
            if settings.worker_metrics_port:
                stack.callback(show_metrics(settings))
            yield {"services": services}


def show_metrics(settings: Settings) -> Callable[[], None]:
    """On a thread of its own, until the answer is called."""
    server, thread = start_http_server(settings.worker_metrics_port, settings.backend_host)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop


def logged(job: Job) -> WorkerCoroutine:
    """Says how long a job took and, once, why it failed; quick housekeeping stays silent."""

    @wraps(job)
    async def run(context: Context, *arguments: Any) -> None:
        clear_contextvars()
        bind_contextvars(job=job.__name__, job_id=context.get("job_id"))
        started = time.perf_counter()
        try:
            await job(context, *arguments)
        except Retry:
            raise
        except Exception:
            log.exception("job_failed")
            raise
        log.debug("job", ms=round((time.perf_counter() - started) * 1000, 1))

    return cast("WorkerCoroutine", run)


def coalesced(job: Job) -> Job:
    """One run at a time: a wake-up that comes meanwhile ends at once, and the run looks again before it ends.

    Remembered by the process alone, so that a worker that dies leaves nothing that could refuse the next wake-up.
    """
    is_running = is_wanted = False

    @wraps(job)
    async def run(context: Context) -> None:
        nonlocal is_running, is_wanted
        is_wanted = True
        if is_running:
            return
        is_running = True
        try:
            while is_wanted:
                is_wanted = False
                await job(context)
        finally:
            is_running = False

    return run
