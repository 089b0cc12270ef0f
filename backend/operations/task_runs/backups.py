"""When the database was last backed up, and a backup restored. `deploy/orion-backup` writes a run for each."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.operations.task_runs.models import TaskRun

BACK_UP, REHEARSE = "back_up", "rehearse_restore"


class LastBackups(NamedTuple):
    """None: never, as far as runs are kept."""

    backed_up_at: datetime | None
    rehearsed_at: datetime | None


async def find_last_backups(session: AsyncSession) -> LastBackups:
    ended = select(TaskRun.name, func.max(TaskRun.finished_at)).where(TaskRun.name.in_([BACK_UP, REHEARSE]))
    found: dict[str, datetime | None] = {row[0]: row[1] for row in await session.execute(ended.group_by(TaskRun.name))}
    return LastBackups(found.get(BACK_UP), found.get(REHEARSE))
