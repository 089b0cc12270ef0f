"""Task runs: a row per run of a background task, with progress, failures and a heartbeat."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_platform_change
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.ids import new_id
from backend.core.leases import renewing
from backend.core.origin import PlatformOrigin
from backend.operations.task_runs.models import DRY_RUN, RETRY_OF, TaskRun
from backend.operations.task_runs.queries import SILENCE

WATCH_SECONDS = 0.25
FAILURES_MAX = 1000
"""Reasons kept; `counts.failed` counts all failures."""
REASON_MAX = 500
AUDITED = ("card_id", "only_failed", DRY_RUN, RETRY_OF)
"""Arguments that the audit entry of a run names."""

log = structlog.get_logger()


class TaskFailed(Exception):
    """Ends the task for a reason that an operator can act on. Its text becomes the run's error."""


@dataclass(slots=True)
class Progress:
    """Progress of a running task; the heartbeat writes it to the run's row."""

    done: int = 0
    total: int | None = None
    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)

    def count(self, what: str, times: int = 1) -> None:
        self.counts[what] += times

    def fail(self, failed_id: UUID | str, reason: str) -> None:
        """`reason` must not contain personal data. An id that fails twice keeps both reasons."""
        self.counts["failed"] += 1
        known = self.failures.get(str(failed_id))
        if known is not None or len(self.failures) < FAILURES_MAX:
            self.failures[str(failed_id)] = (f"{known}; {reason}" if known else reason)[:REASON_MAX]

    @property
    def values(self) -> dict[str, Any]:
        return {
            "done": self.done,
            "total": self.total,
            "counts": dict(self.counts),
            "failures": dict(self.failures),
        }


TaskWork = Callable[[Progress], Awaitable[None]]
Watch = Callable[[Progress], None]
"""Called every 0.25 s while the task runs."""


async def queue_run(
    sessions: Sessions,
    name: str,
    *,
    merchant_id: UUID | None = None,
    requested_by: PlatformOrigin | None = None,
    arguments: dict[str, Any] | None = None,
) -> TaskRun:
    """Creates a run that waits for a worker. One that somebody has requested is written into the audit."""
    async with sessions.committing() as session:
        return add_run(session, name, merchant_id, requested_by, arguments or {})


def add_run(
    session: AsyncSession,
    name: str,
    merchant_id: UUID | None,
    requested_by: PlatformOrigin | None,
    arguments: dict[str, Any],
) -> TaskRun:
    user_id = requested_by.user_id if requested_by else None
    run = TaskRun(id=new_id(), name=name, merchant_id=merchant_id, requested_by=user_id, arguments=arguments)
    run.created_at, run.counts, run.failures, run.done = clock.now(), {}, {}, 0
    session.add(run)
    if requested_by is not None:
        about = {"run_id": str(run.id), "merchant_id": str(merchant_id) if merchant_id else None}
        chosen = {key: value for key, value in arguments.items() if key in AUDITED}
        record_platform_change(session, requested_by, "task.started", subject=name, after=about | chosen)
    return run


async def give_up_run(sessions: Sessions, run: TaskRun, reason: str) -> None:
    """Ends a run that could not be queued."""
    await _write(sessions, run, finished_at=clock.now(), error=reason)


async def claim_run(sessions: Sessions, run_id: UUID) -> bool:
    """False while another process is at the run, or when it has ended."""
    now = clock.now()
    is_silent = TaskRun.heartbeat_at.is_(None) | (TaskRun.heartbeat_at < now - SILENCE)
    claimed = update(TaskRun).where(TaskRun.id == run_id, TaskRun.finished_at.is_(None), is_silent)
    async with sessions.committing() as session:
        return bool((await session.execute(claimed.values(heartbeat_at=now))).rowcount)  # type: ignore[attr-defined]


async def touch_run(sessions: Sessions, run: TaskRun) -> None:
    """A heartbeat of a run that is being prepared."""
    await _write(sessions, run, heartbeat_at=clock.now())


async def run_task(
    sessions: Sessions,
    run: TaskRun,
    work: TaskWork,
    *,
    watch: Watch | None = None,
    heartbeat: float | None = None,
) -> TaskRun:
    """Does the work, keeps the run's row up to date and returns it.

    TaskFailed ends the run with its text as the error; any other exception is recorded and raised. A killed or stopped
    process leaves an unfinished run without heartbeats. `heartbeat`: seconds between heartbeats.
    """
    progress = Progress()
    await _write(sessions, run, started_at=clock.now(), heartbeat_at=clock.now())
    try:
        async with _beside(sessions, run, progress, watch, heartbeat):
            await work(progress)
    except TaskFailed as failure:
        await _finish(sessions, run, progress, str(failure))
    except asyncio.CancelledError:
        # The process is being stopped: without a heartbeat another one can take over before SILENCE has passed.
        await _write(sessions, run, heartbeat_at=None, **progress.values)
        raise
    except Exception as failure:
        await _finish(sessions, run, progress, f"{type(failure).__name__}: see the log of this time.")
        raise
    else:
        await _finish(sessions, run, progress, None)
    return run


async def run_now(
    sessions: Sessions, name: str, work: TaskWork, *, run: TaskRun | None = None, **about: Any
) -> TaskRun:
    """Does the work at once: of `run`, which was queued before, or of a new run for the schedule or a command."""
    return await run_task(sessions, run or await queue_run(sessions, name, **about), work)


@asynccontextmanager
async def _beside(
    sessions: Sessions, run: TaskRun, progress: Progress, watch: Watch | None, heartbeat: float | None
) -> AsyncIterator[None]:
    """What goes on while the task works: its heartbeat, and the report of its progress."""

    async def beat() -> None:
        await _write(sessions, run, heartbeat_at=clock.now(), **progress.values)

    reporting = asyncio.create_task(_report(watch, progress)) if watch is not None else None
    try:
        async with renewing(run.name, beat, every_seconds=heartbeat):
            yield
    finally:
        if reporting is not None:
            reporting.cancel()
            await asyncio.gather(reporting, return_exceptions=True)


async def _report(watch: Watch, progress: Progress) -> None:
    while True:
        watch(progress)
        await asyncio.sleep(WATCH_SECONDS)


async def _write(sessions: Sessions, run: TaskRun, **values: Any) -> None:
    async with sessions.committing() as session:
        await session.execute(update(TaskRun).where(TaskRun.id == run.id).values(values))
    for name, value in values.items():
        setattr(run, name, value)


async def _finish(sessions: Sessions, run: TaskRun, progress: Progress, error: str | None) -> None:
    now = clock.now()
    await _write(sessions, run, finished_at=now, heartbeat_at=now, error=error, **progress.values)
    log.info("task_finished", task=run.name, run_id=str(run.id), error=error, **progress.counts)
