"""Around every job: services opened once per process, one log line, failures told once."""

import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from functools import wraps
from typing import Any, cast

import structlog
from arq.typing import WorkerCoroutine
from arq.worker import Retry
from prometheus_client import start_http_server
from structlog.contextvars import bind_contextvars, clear_contextvars

from backend.core.logs import configure_logs
from backend.core.settings import Settings, load_settings
from backend.services import open_services

Context = dict[str, Any]
Job = Callable[..., Coroutine[Any, Any, None]]
"""Takes the context, and what it was queued with."""

log = structlog.get_logger()


async def on_startup(context: Context) -> None:
    settings = load_settings()
    configure_logs(settings, "worker")
    stack = AsyncExitStack()
    context["stack"] = stack
    context["services"] = await stack.enter_async_context(open_services(settings))
    if settings.worker_metrics_port:
        stack.callback(show_metrics(settings))
    log.info("worker_started")


def show_metrics(settings: Settings) -> Callable[[], None]:
    """On a thread of its own, until the answer is called."""
    server, thread = start_http_server(settings.worker_metrics_port, settings.backend_host)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop


async def on_shutdown(context: Context) -> None:
    await context["stack"].aclose()


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
