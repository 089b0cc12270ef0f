from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.leases import LEASE
from backend.core.paging import Position
from backend.merchants.models import Merchant
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.problems import TaskRunNotFound
from backend.operations.task_runs.schemas import TaskRunView
from backend.staff.models import User

SILENCE = LEASE
"""A run without a heartbeat for this long is dead."""

RESUMED = timedelta(days=1)
"""An older run is over: what it was to do, later ones have done."""

RunRow = tuple[TaskRun, str | None, str | None]
"""The run, its merchant's code and the name of the user who requested it."""


async def list_runs(
    session: AsyncSession, *, name: str | None, merchant_id: UUID | None, after: Position | None, limit: int
) -> list[RunRow]:
    """Newest first; `limit` + 1 rows when there are more than `limit`."""
    query = _runs().order_by(TaskRun.created_at.desc(), TaskRun.id.desc()).limit(limit + 1)
    if name is not None:
        query = query.where(TaskRun.name == name)
    if merchant_id is not None:
        query = query.where(TaskRun.merchant_id == merchant_id)
    if after is not None:
        query = query.where(tuple_(TaskRun.created_at, TaskRun.id) < (after.key, after.id))
    return [(run, merchant, user) for run, merchant, user in await session.execute(query)]


async def get_run(session: AsyncSession, run_id: UUID) -> RunRow:
    """Raises TaskRunNotFound."""
    row = (await session.execute(_runs().where(TaskRun.id == run_id))).one_or_none()
    if row is None:
        raise TaskRunNotFound
    return row[0], row[1], row[2]


async def is_running(session: AsyncSession, name: str, now: datetime) -> bool:
    """Whether a process is running this task now."""
    alive = select(TaskRun.id).where(
        TaskRun.name == name, TaskRun.finished_at.is_(None), TaskRun.heartbeat_at > now - SILENCE
    )
    return await session.scalar(alive.limit(1)) is not None


async def list_unheard(session: AsyncSession, name: str, now: datetime) -> list[UUID]:
    """Runs that no worker is at, oldest first: their wake-ups were lost, or their workers have died.

    Of those over all merchants that nobody has asked for, another one begins by itself.
    """
    heard_at = func.coalesce(TaskRun.heartbeat_at, TaskRun.created_at)
    waiting = select(TaskRun.id).where(
        TaskRun.name == name,
        TaskRun.finished_at.is_(None),
        or_(TaskRun.started_at.is_(None), TaskRun.requested_by.is_not(None), TaskRun.merchant_id.is_not(None)),
        heard_at < now - SILENCE,
        TaskRun.created_at > now - RESUMED,
    )
    return list(await session.scalars(waiting.order_by(TaskRun.created_at)))


def _runs() -> Select[tuple[TaskRun, str, str]]:
    return (
        select(TaskRun, Merchant.code, User.name)
        .outerjoin(Merchant, Merchant.id == TaskRun.merchant_id)
        .outerjoin(User, User.id == TaskRun.requested_by)
    )


def state_of(run: TaskRun, now: datetime) -> str:
    if run.error is not None:
        return "failed"
    if run.finished_at is not None:
        return "partly_done" if run.failures else "done"
    if run.started_at is None:
        return "queued"
    return "running" if run.heartbeat_at and run.heartbeat_at > now - SILENCE else "died"


def run_view(row: RunRow, now: datetime) -> TaskRunView:
    run, merchant, user = row
    return TaskRunView(
        id=run.id,
        name=run.name,
        state=state_of(run, now),
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
        error=run.error,
    )
