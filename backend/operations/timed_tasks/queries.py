from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.settings import Settings
from backend.merchants.queries import list_zones
from backend.operations.readiness.platform.tasks import look_up_task, read_runs
from backend.operations.task_runs.last_runs import LastRuns
from backend.operations.task_runs.queries import list_newest_runs
from backend.operations.task_runs.views import run_view
from backend.operations.timed_tasks.catalog import BY_NAME, TASKS
from backend.operations.timed_tasks.schemas import TimedTaskView
from i18n.translator import get_translator


async def list_tasks(session: AsyncSession, settings: Settings, now: datetime, language: str) -> list[TimedTaskView]:
    say = get_translator(language).gettext
    runs = await read_runs(session, now)
    newest = {row[0].name: row for row in await list_newest_runs(session, BY_NAME)}
    zones = [ZoneInfo(zone) for zone in await list_zones(session)]
    views = []
    for task in TASKS:
        verdict, last = look_up_task(task, runs, settings, now), runs.by_task.get(task.name, LastRuns())
        views.append(
            TimedTaskView(
                name=task.name,
                title=say(task.title),
                about=say(task.about),
                state=verdict.state,
                evidence=verdict.evidence.in_language(language),
                next_due_at=task.next_due(now, zones),
                local_hour=task.local.hour if task.local else None,
                last_success_at=last.succeeded.finished_at if last.succeeded else None,
                last_run=run_view(newest[task.name], now, language) if task.name in newest else None,
                of_one_merchant=task.of_one_merchant,
                has_dry_run=task.has_dry_run,
            )
        )
    return views
