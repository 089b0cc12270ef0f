from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, false, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.leases import LEASE
from backend.core.paging import Position
from backend.merchants.models import Merchant
from backend.operations.task_runs.models import DRY_RUN, TaskRun
from backend.operations.task_runs.problems import TaskRunNotFound
from backend.staff.models import User

SILENCE = LEASE
"""A run without a heartbeat for this long is dead."""

RESUMED = timedelta(days=1)
"""An older run is over: what it was to do, later ones have done."""

IS_REAL = ~TaskRun.arguments.op("?", return_type=Boolean())(DRY_RUN)

RunRow = tuple[TaskRun, str | None, str | None]
"""The run, its merchant's code and the name of the user who requested it."""


async def list_runs(
    session: AsyncSession,
    *,
    name: str | None,
    merchant_id: UUID | None,
    state: str | None,
    after: Position | None,
    limit: int,
    now: datetime,
) -> list[RunRow]:
    """Newest first; `limit` + 1 rows when there are more than `limit`."""
    query = _runs().order_by(TaskRun.created_at.desc(), TaskRun.id.desc()).limit(limit + 1)
    if name is not None:
        query = query.where(TaskRun.name == name)
    if merchant_id is not None:
        query = query.where(TaskRun.merchant_id == merchant_id)
    if state is not None:
        query = query.where(is_in_state(state, now))
    if after is not None:
        query = query.where(tuple_(TaskRun.created_at, TaskRun.id) < (after.key, after.id))
    return [(run, merchant, user) for run, merchant, user in await session.execute(query)]


async def list_newest_runs(session: AsyncSession, names: Collection[str]) -> list[RunRow]:
    """The newest run of each task."""
    newest = (
        select(TaskRun.id)
        .distinct(TaskRun.name)
        .where(TaskRun.name.in_(names))
        .order_by(TaskRun.name, TaskRun.created_at.desc())
    )
    return [
        (run, merchant, user) for run, merchant, user in await session.execute(_runs().where(TaskRun.id.in_(newest)))
    ]


async def get_run(session: AsyncSession, run_id: UUID) -> RunRow:
    """Raises TaskRunNotFound."""
    row = (await session.execute(_runs().where(TaskRun.id == run_id))).one_or_none()
    if row is None:
        raise TaskRunNotFound
    return row[0], row[1], row[2]


def is_in_state(state: str, now: datetime) -> ColumnElement[bool]:
    """As `state_of`. No run is in a state that does not exist."""
    has_failures = TaskRun.failures != {}
    ended = TaskRun.error.is_(None) & TaskRun.finished_at.is_not(None)
    began = TaskRun.error.is_(None) & TaskRun.finished_at.is_(None) & TaskRun.started_at.is_not(None)
    waits = TaskRun.error.is_(None) & TaskRun.finished_at.is_(None) & TaskRun.started_at.is_(None)
    is_heard, is_forgotten = TaskRun.heartbeat_at > now - SILENCE, TaskRun.created_at <= now - RESUMED
    conditions = {
        "failed": TaskRun.error.is_not(None),
        "partly_done": ended & has_failures,
        "done": ended & ~has_failures,
        "queued": waits & ~is_forgotten,
        "running": began & is_heard,
        "died": (began & func.coalesce(~is_heard, true())) | (waits & is_forgotten),
    }
    return conditions.get(state, false())


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
    is_awaited = or_(TaskRun.started_at.is_(None), TaskRun.requested_by.is_not(None), TaskRun.merchant_id.is_not(None))
    return list(await session.scalars(_unheard(now).where(TaskRun.name == name, is_awaited)))


async def list_unheard_requests(session: AsyncSession, names: Collection[str], now: datetime) -> list[UUID]:
    """Runs of these tasks that a person has started and no worker is at, oldest first."""
    requests = _unheard(now).where(TaskRun.name.in_(names), TaskRun.requested_by.is_not(None))
    return list(await session.scalars(requests))


def _unheard(now: datetime) -> Select[tuple[UUID]]:
    heard_at = func.coalesce(TaskRun.heartbeat_at, TaskRun.created_at)
    is_open = TaskRun.finished_at.is_(None) & (TaskRun.created_at > now - RESUMED)
    return select(TaskRun.id).where(is_open, heard_at < now - SILENCE).order_by(TaskRun.created_at)


async def find_unfinished(session: AsyncSession, name: str, merchant_id: UUID | None, now: datetime) -> UUID | None:
    """A run of the task that waits or works, for this merchant or for all. `merchant_id` None: for anybody."""
    is_at_it = or_(
        TaskRun.heartbeat_at > now - SILENCE, TaskRun.started_at.is_(None) & (TaskRun.created_at > now - RESUMED)
    )
    unfinished = select(TaskRun.id).where(TaskRun.name == name, TaskRun.finished_at.is_(None), is_at_it)
    if merchant_id is not None:
        unfinished = unfinished.where(or_(TaskRun.merchant_id.is_(None), TaskRun.merchant_id == merchant_id))
    run_id: UUID | None = await session.scalar(unfinished.limit(1))
    return run_id


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
        return "queued" if run.created_at > now - RESUMED else "died"
    return "running" if run.heartbeat_at and run.heartbeat_at > now - SILENCE else "died"
