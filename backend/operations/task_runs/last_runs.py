"""How each task does: its newest run over all merchants, its newest success, and failures that are not made up for."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Select, column, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.operations.task_runs.models import CARD_IDS, RETRY_OF, ZONES, TaskRun
from backend.operations.task_runs.problems import NothingFailed
from backend.operations.task_runs.queries import IS_REAL

KNOWN = timedelta(days=30)
"""Older runs say nothing about today."""

# A failure is made up for by a later run that does the same merchants, or by a retry; what fails in that one counts in
# its place. Of a run that failed more often than reasons are kept, a retry leaves the rest undone.
FAILED = text("""
WITH runs AS (
  SELECT id, name, created_at, counts, failures, arguments -> 'zones' AS zones, arguments ->> 'retry_of' AS retry_of
  FROM task_runs
  WHERE created_at > :since AND merchant_id IS NOT DISTINCT FROM :merchant_id
    AND finished_at IS NOT NULL AND error IS NULL AND NOT arguments ? 'dry_run'
)
SELECT r.id, r.name, r.counts, r.failures,
       EXISTS (SELECT FROM runs t
               WHERE t.name = r.name AND t.created_at > r.created_at
                 AND (t.retry_of = r.id::text OR t.retry_of = r.retry_of)) AS is_retried
FROM runs r
WHERE (r.counts ->> 'failed')::int > 0
  AND NOT EXISTS (
    SELECT FROM runs s
    WHERE s.name = r.name AND s.created_at > r.created_at AND s.retry_of IS NULL
      AND (s.zones IS NULL OR r.zones IS NULL))
  AND (r.zones IS NULL OR EXISTS (
    SELECT FROM jsonb_array_elements_text(r.zones) AS z (zone)
    WHERE NOT EXISTS (
      SELECT FROM runs s
      WHERE s.name = r.name AND s.created_at > r.created_at AND s.retry_of IS NULL AND s.zones ? z.zone)))
ORDER BY r.created_at
""").columns(TaskRun.id, TaskRun.name, TaskRun.counts, TaskRun.failures, column("is_retried", Boolean))


@dataclass(slots=True)
class LastRuns:
    """Of one task. Neither a retry of what has failed nor a dry run is a run of the task."""

    begun: TaskRun | None = None
    succeeded: TaskRun | None = None
    """The newest that has ended without an error of its own."""
    failed: int = 0
    """How much has failed and was not done since."""
    failures: dict[str, str] = field(default_factory=dict)
    """Of these, with their reasons; the newest ones may be kept alone."""


async def read_last_runs(session: AsyncSession, now: datetime) -> Mapping[str, LastRuns]:
    """By task; over all merchants, because a run of one merchant says nothing about the others."""
    last: defaultdict[str, LastRuns] = defaultdict(LastRuns)
    for run in await session.scalars(_newest(now).where(TaskRun.started_at.is_not(None))):
        last[run.name].begun = run
    is_success = TaskRun.finished_at.is_not(None) & TaskRun.error.is_(None)
    for run in await session.scalars(_newest(now).where(is_success)):
        last[run.name].succeeded = run
    for row in await session.execute(FAILED, {"since": now - KNOWN, "merchant_id": None}):
        task, kept = last[row.name], {} if row.is_retried else row.failures
        task.failures |= kept
        task.failed += row.counts["failed"] - (len(row.failures) if row.is_retried else 0)
    return last


async def get_failed_run(session: AsyncSession, name: str, merchant_id: UUID | None, now: datetime) -> TaskRun:
    """The newest run with failures that no later run has resolved: over all merchants, or of this one.

    Raises NothingFailed.
    """
    rows = await session.execute(FAILED, {"since": now - KNOWN, "merchant_id": merchant_id})
    waiting = [row.id for row in rows if row.name == name and row.failures and not row.is_retried]
    if not waiting:
        raise NothingFailed
    return await session.get_one(TaskRun, waiting[-1])


async def find_failed_run(
    session: AsyncSession, name: str, merchant_id: UUID, failed_id: UUID, now: datetime
) -> TaskRun | None:
    """The newest run that has failed on this, over all merchants or over the one to which it belongs."""
    has_failed = TaskRun.failures.op("?", return_type=Boolean())(str(failed_id))
    run: TaskRun | None = await session.scalar(
        select(TaskRun)
        .where(TaskRun.name == name, TaskRun.created_at > now - KNOWN, IS_REAL, has_failed)
        .where(TaskRun.finished_at.is_not(None), TaskRun.error.is_(None))
        .where(or_(TaskRun.merchant_id.is_(None), TaskRun.merchant_id == merchant_id))
        .order_by(TaskRun.created_at.desc())
        .limit(1)
    )
    return run


def retry_arguments(failed: TaskRun) -> dict[str, Any]:
    """Arguments of a run that does exactly what has failed in this one. Raises NothingFailed."""
    if not failed.failures:
        raise NothingFailed
    zones = {ZONES: failed.arguments[ZONES]} if ZONES in failed.arguments else {}
    return {CARD_IDS: list(failed.failures), RETRY_OF: str(failed.id)} | zones


def _newest(now: datetime) -> Select[tuple[TaskRun]]:
    return (
        select(TaskRun)
        .distinct(TaskRun.name)
        .where(TaskRun.created_at > now - KNOWN, TaskRun.merchant_id.is_(None))
        .where(TaskRun.arguments.op("->")(RETRY_OF).is_(None), IS_REAL)
        .order_by(TaskRun.name, TaskRun.created_at.desc())
    )
