"""What /metrics measures at each request. It comes from PostgreSQL, so that a process that starts anew forgets nothing
and all processes say the same."""

from datetime import datetime

import asyncpg

from backend.audit.metrics import CHAINS_BROKEN
from backend.core.backlog import read_outbox_backlog
from backend.core.database import Sessions
from backend.core.metrics import OUTBOX_AGE, OUTBOX_DEAD, OUTBOX_PENDING
from backend.loyalty.ledger.audit.promises.outbox import OUTBOX
from backend.loyalty.ledger.audit.promises.statement import OF_CARDS, TOTAL
from backend.loyalty.ledger.metrics import LEDGER_VIOLATIONS
from backend.messaging.queries import count_waiting
from backend.operations.audit.tasks import VERIFY_AUDIT
from backend.operations.heartbeats.queries import count_running_workers
from backend.operations.ledger.tasks import AUDIT_LEDGER
from backend.operations.monitoring.metrics import (
    BACKUP_SUCCEEDED,
    CLOCK_SKEW,
    MERCHANTS_FEW_NEW,
    MERCHANTS_LOSING,
    POOL_IN_USE,
    POOL_SIZE,
    RESTORE_REHEARSED,
    TASK_FAILED_IDS,
    TASK_FAILED_SHARE,
    TASK_SUCCEEDED,
    WORKERS_RUNNING,
)
from backend.operations.retention.tasks import COUNT_CUSTOMERS, FEW_NEW, LOSING
from backend.operations.task_runs.backups import find_last_backups
from backend.operations.task_runs.last_runs import LastRuns, read_last_runs
from backend.webhooks.queries import count_waiting_webhooks

NOW = "SELECT clock_timestamp()"


async def measure(pool: asyncpg.Pool, sessions: Sessions, now: datetime) -> None:
    """Raises what a database raises that is away."""
    POOL_SIZE.set(pool.get_size())
    POOL_IN_USE.set(pool.get_size() - pool.get_idle_size())
    CLOCK_SKEW.set((now - await pool.fetchval(NOW)).total_seconds())
    await count_waiting(pool, now)
    await count_waiting_webhooks(pool, now)
    outbox = await read_outbox_backlog(pool)
    OUTBOX_PENDING.set(outbox.waiting)
    OUTBOX_DEAD.set(outbox.parked)
    OUTBOX_AGE.set(outbox.age_seconds(now))
    async with sessions.committing() as session:
        backups = await find_last_backups(session)
        tasks = await read_last_runs(session, now)
        WORKERS_RUNNING.set(await count_running_workers(session, now))
    BACKUP_SUCCEEDED.set(_seconds(backups.backed_up_at))
    RESTORE_REHEARSED.set(_seconds(backups.rehearsed_at))
    for task, runs in tasks.items():
        _show_runs(task, runs)


def _seconds(at: datetime | None) -> float:
    """Since 1970; 0: never."""
    return at.timestamp() if at else 0


def _show_runs(task: str, runs: LastRuns) -> None:
    run = runs.succeeded
    TASK_FAILED_IDS.labels(task).set(runs.failed)
    TASK_FAILED_SHARE.labels(task).set(runs.failed / max(run.done if run else 0, runs.failed, 1))
    if run is None or run.finished_at is None:
        return
    TASK_SUCCEEDED.labels(task).set(run.finished_at.timestamp())
    counts = run.counts
    if task == VERIFY_AUDIT:
        CHAINS_BROKEN.set(counts.get("broken", 0))
    if task == AUDIT_LEDGER:
        for promise in (*OF_CARDS, OUTBOX, TOTAL):
            LEDGER_VIOLATIONS.labels(promise.name).set(counts.get(promise.name, 0))
    if task == COUNT_CUSTOMERS:
        MERCHANTS_LOSING.set(counts.get(LOSING, 0))
        MERCHANTS_FEW_NEW.set(counts.get(FEW_NEW, 0))
