"""The last run of each timed task, held against its schedule."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from backend.core.sentence import Sentence, say
from backend.operations.audit.tasks import VERIFY_AUDIT
from backend.operations.ledger.points import EXPIRY, WARNING
from backend.operations.ledger.tasks import AUDIT_LEDGER
from backend.operations.marketing.tasks import GREETINGS, REENGAGEMENT
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from backend.operations.reviews.tasks import TASK as TELL_OF_REVIEWS
from backend.operations.task_runs.last_runs import LastRuns, read_last_runs
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.queries import state_of
from backend.operations.wallets.alarms import CHECK_CERTIFICATES
from backend.wallets.jobs import SYNC_PASSES
from backend.wallets.open import configured_wallets
from backend.wallets.reconcile import RECONCILE
from i18n.translator import N_, NN_

GRACE = timedelta(minutes=15)
"""A run that is this late is not missed yet."""
LONGEST_DAY = timedelta(hours=25)
"""When summer time ends."""
FAILURES_SHOWN = 5


class TimedTask(NamedTuple):
    """`hour` and `minute`: in UTC, as in the workers' schedule. No hour: every hour. Neither: daily, at an hour of each
    merchant's day."""

    name: str
    title: str
    hour: int | None
    minute: int | None
    command: str = ""
    """Does the same at once."""
    retry_command: str = ""
    """Does what has failed once more."""
    is_vital: bool = False
    """Customers lose something when it fails."""
    finds_harm: bool = False
    """Its failures are harm that was done already."""

    def last_due(self, now: datetime) -> datetime:
        """The newest moment at which it must have begun by now."""
        if self.minute is None:
            return now - GRACE - LONGEST_DAY
        latest, period = now - GRACE, timedelta(hours=1) if self.hour is None else timedelta(days=1)
        hour = latest.hour if self.hour is None else self.hour
        at = latest.replace(hour=hour, minute=self.minute, second=0, microsecond=0)
        return at if at <= latest else at - period


def _points(verb: str) -> tuple[str, str]:
    return f"orion points {verb}", f"orion points {verb} --failed"


TASKS = (
    TimedTask(EXPIRY.name, N_("Expiry of points"), None, None, *_points("expire"), is_vital=True),
    TimedTask(WARNING.name, N_("Warnings of expiring points"), None, None, *_points("warn"), is_vital=True),
    TimedTask(AUDIT_LEDGER, N_("Audit of the ledger"), 4, 30, "orion ledger audit", is_vital=True, finds_harm=True),
    TimedTask(
        VERIFY_AUDIT, N_("Verification of the audit"), 4, 50, "orion audit verify", is_vital=True, finds_harm=True
    ),
    TimedTask(SYNC_PASSES, N_("Update of passes"), None, 7, "orion wallets sync", "orion wallets sync --failed"),
    TimedTask(RECONCILE, N_("Comparison with Google"), 3, 40),
    TimedTask(CHECK_CERTIFICATES, N_("Check of certificates and keys"), 6, 10),
    TimedTask(GREETINGS.name, N_("Birthday emails"), 6, 30),
    TimedTask(REENGAGEMENT.name, N_("Emails after a long absence"), 9, 30),
    TimedTask(TELL_OF_REVIEWS, N_("Emails about reviews"), 6, 20),
    TimedTask("purge", N_("Deletion of old data"), 3, 20),
)
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


async def read_runs(probe: Probe) -> KnownRuns:
    async with probe.sessions.committing() as session:
        since = await session.scalar(select(func.min(TaskRun.created_at)))
        return KnownRuns(await read_last_runs(session, probe.now), since or probe.now)


def look_at_task(task: TimedTask) -> Callable[[Probe], Awaitable[RowVerdict]]:
    async def look(probe: Probe) -> RowVerdict:
        if task.name == RECONCILE and "google" not in configured_wallets(probe.settings):
            return RowVerdict("ok", say(NOT_NEEDED))
        runs = await probe.once(read_runs)
        return judge_task(task, runs.by_task.get(task.name, LastRuns()), runs.since, probe.now)

    return look


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
