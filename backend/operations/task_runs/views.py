"""Runs as the API and the command line show them."""

from datetime import datetime
from typing import Any

from backend.core.clock import clock
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.queries import RunRow, state_of
from backend.operations.task_runs.schemas import TaskRunView
from backend.operations.timed_tasks.catalog import BY_NAME
from i18n.translator import get_translator


def run_view(row: RunRow, now: datetime, language: str) -> TaskRunView:
    run, merchant, user = row
    translator = get_translator(language)
    task = BY_NAME.get(run.name)
    return TaskRunView(
        id=run.id,
        name=run.name,
        title=translator.gettext(task.title) if task else run.name,
        state=state_of(run, now),
        is_dry_run=run.is_dry_run,
        merchant_code=merchant,
        requested_by=user,
        arguments=run.arguments,
        created_at=run.created_at,
        started_at=run.started_at,
        heartbeat_at=run.heartbeat_at,
        finished_at=run.finished_at,
        done=run.done,
        total=run.total,
        counts=run.counts,
        failures=run.failures,
        can_retry=bool(task and task.retries_failed and run.failures and run.finished_at),
        error=run.error and translator.gettext(run.error),
    )


def run_facts(run: TaskRun) -> dict[str, Any]:
    """For the command line."""
    return {
        "run_id": str(run.id),
        **run.counts,
        "failed_card_ids": run.failures,
        "error": run.error,
        "seconds": round(((run.finished_at or clock.now()) - (run.started_at or run.created_at)).total_seconds(), 1),
    }
