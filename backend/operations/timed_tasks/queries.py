from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.settings import Settings
from backend.merchants.models import Merchant
from backend.operations.readiness.platform.tasks import look_up_task, read_last_runs
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.queries import IS_REAL, list_newest_runs
from backend.operations.task_runs.views import run_view
from backend.operations.timed_tasks.catalog import BY_NAME, TASKS
from backend.operations.timed_tasks.schemas import TimedTaskView
from i18n.translator import get_translator


async def list_tasks(session: AsyncSession, settings: Settings, now: datetime, language: str) -> list[TimedTaskView]:
    say = get_translator(language).gettext
    runs, successes = await read_last_runs(session, now), await _read_successes(session)
    newest = {row[0].name: row for row in await list_newest_runs(session, BY_NAME)}
    zones = await _read_zones(session)
    views = []
    for task in TASKS:
        verdict = look_up_task(task, runs, settings, now)
        views.append(
            TimedTaskView(
                name=task.name,
                title=say(task.title),
                about=say(task.about),
                state=verdict.state,
                evidence=verdict.evidence.in_language(language),
                next_due_at=task.next_due(now, zones),
                local_hour=task.local.hour if task.local else None,
                last_success_at=successes.get(task.name),
                last_run=run_view(newest[task.name], now, language) if task.name in newest else None,
                of_one_merchant=task.of_one_merchant,
                has_dry_run=task.has_dry_run,
            )
        )
    return views


async def _read_successes(session: AsyncSession) -> dict[str, datetime]:
    """By name, of runs over all merchants."""
    ended = select(TaskRun.name, func.max(TaskRun.finished_at)).where(
        TaskRun.name.in_(BY_NAME), TaskRun.merchant_id.is_(None), TaskRun.finished_at.is_not(None), IS_REAL
    )
    rows = await session.execute(ended.where(TaskRun.error.is_(None)).group_by(TaskRun.name))
    return {name: at for name, at in rows if at is not None}


async def _read_zones(session: AsyncSession) -> Sequence[ZoneInfo]:
    return [ZoneInfo(zone) for zone in await session.scalars(select(Merchant.timezone).distinct())]
