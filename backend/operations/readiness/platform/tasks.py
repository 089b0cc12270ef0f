"""The last run of each timed task, held against its schedule."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.sentence import Sentence, say
from backend.core.settings import Settings
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from backend.operations.task_runs.last_runs import LastRuns, read_last_runs
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.queries import state_of
from backend.operations.timed_tasks.catalog import TimedTask
from backend.wallets.open import configured_wallets
from backend.wallets.reconcile import RECONCILE
from i18n.translator import N_, NN_

FAILURES_SHOWN = 5
WENT_WELL = N_("The last run went well.")
NOT_NEEDED = N_("Not needed: Google Wallet is not configured.")
NOT_DUE = N_("It has not been due yet.")
RUNNING = N_("It is running.")
MISSED = N_("It did not run when it was due.")
DIED = N_("The last run was interrupted: its process ended.")
FAILED = N_("The last run failed: %(reason)s")
PARTLY = NN_(
    "%(count)s failure is left over from the last runs.", "%(count)s failures are left over from the last runs."
)
DUE = N_("due: %(moment)s")
WAKE = N_("See whether a worker runs. It does this again at its next time.")
READ_FAILURES = N_("Read the reasons, and fix them before the next run.")


class KnownRuns(NamedTuple):
    by_task: Mapping[str, LastRuns]
    since: datetime
    """Of the oldest run that is still kept: what was due before cannot have been missed."""


async def read_runs(session: AsyncSession, now: datetime) -> KnownRuns:
    since = await session.scalar(select(func.min(TaskRun.created_at)))
    return KnownRuns(await read_last_runs(session, now), since or now)


async def _runs(probe: Probe) -> KnownRuns:
    async with probe.sessions.committing() as session:
        return await read_runs(session, probe.now)


def look_at_task(task: TimedTask) -> Callable[[Probe], Awaitable[RowVerdict]]:
    async def look(probe: Probe) -> RowVerdict:
        return look_up_task(task, await probe.once(_runs), probe.settings, probe.now)

    return look


def look_up_task(task: TimedTask, runs: KnownRuns, settings: Settings, now: datetime) -> RowVerdict:
    if task.name == RECONCILE and "google" not in configured_wallets(settings):
        return RowVerdict("ok", say(NOT_NEEDED))
    return judge_task(task, runs.by_task.get(task.name, LastRuns()), runs.since, now)


def judge_task(task: TimedTask, runs: LastRuns, since: datetime, now: datetime) -> RowVerdict:
    """`since`: from when on runs are known."""
    run, due = runs.begun, task.last_due(now)
    state = state_of(run, now) if run else "missing"
    if run is not None and state == "running":
        return RowVerdict("ok", say(RUNNING), run.started_at)
    if (run.created_at if run else since) < due:
        return _trouble(
            task, RowVerdict("warning", say(MISSED), run.finished_at if run else None, [_due(due)], say(WAKE))
        )
    if run is None:
        return RowVerdict("ok", say(NOT_DUE))
    return _judge_run(task, run, runs, state)


def _judge_run(task: TimedTask, run: TaskRun, runs: LastRuns, state: str) -> RowVerdict:
    counts = [f"{name} {number}" for name, number in run.counts.items()]
    match state:
        case "died":
            return _trouble(task, RowVerdict("warning", say(DIED), run.heartbeat_at, counts, say(WAKE)))
        case "failed":
            evidence = say(FAILED, reason=run.error or "")
            return _trouble(task, RowVerdict("warning", evidence, run.finished_at, counts, say(READ_FAILURES)))
    if runs.failed:
        reasons = [f"{failed}: {reason}" for failed, reason in list(runs.failures.items())[:FAILURES_SHOWN]]
        evidence = say(PARTLY, count=runs.failed)
        verdict = RowVerdict("warning", evidence, run.finished_at, [*reasons, *counts], say(READ_FAILURES))
        return _trouble(task, verdict) if task.finds_harm else replace(verdict, command=task.retry_command)
    return RowVerdict("ok", say(WENT_WELL), run.finished_at, counts)


def _trouble(task: TimedTask, verdict: RowVerdict) -> RowVerdict:
    """As bad as the task is important."""
    return replace(verdict, state="blocks" if task.is_vital else "warning", command=task.command)


def _due(due: datetime) -> Sentence:
    return say(DUE, moment=f"{due:%Y-%m-%d %H:%M} UTC")
