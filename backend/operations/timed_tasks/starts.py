"""Runs that people start: each is recorded, written into the audit, and done by a worker."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from arq.connections import ArqRedis
from litestar.di import NamedDependency
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.core.origin import PlatformOrigin
from backend.merchants.queries import get_merchant_id
from backend.operations.task_runs.actions import add_run
from backend.operations.task_runs.last_runs import retry_arguments
from backend.operations.task_runs.models import DRY_RUN
from backend.operations.task_runs.problems import NothingFailed
from backend.operations.task_runs.queries import find_unfinished, get_run
from backend.operations.timed_tasks.catalog import BY_NAME, TimedTask
from backend.operations.timed_tasks.jobs import enqueue_run
from backend.operations.timed_tasks.problems import TaskNotFound, TaskNotOffered, TaskUnfinished
from backend.operations.timed_tasks.schemas import TaskStart
from backend.operations.wallets.tasks import CATCH_UP
from backend.wallets.jobs import SYNC_PASSES, enqueue_sync_run

LOCK = "start_task"


@dataclass(frozen=True, slots=True)
class TaskStarts:
    sessions: Sessions
    queue: ArqRedis
    origin: PlatformOrigin

    async def start(self, name: str, asked: TaskStart) -> UUID:
        """Raises TaskNotFound, TaskNotOffered, MerchantNotFound or TaskUnfinished."""
        task = BY_NAME.get(name)
        if task is None:
            raise TaskNotFound
        code = asked.merchant_code
        if (asked.dry_run and not task.has_dry_run) or (code is not None and not task.of_one_merchant):
            raise TaskNotOffered
        merchant_id = None if code is None else await get_merchant_id(self.sessions, code)
        return await self._queue(task, merchant_id, {DRY_RUN: True} if asked.dry_run else {})

    async def retry(self, run_id: UUID) -> UUID:
        """Repeats exactly what has failed. Raises TaskRunNotFound, TaskNotOffered, NothingFailed or TaskUnfinished."""
        async with self.sessions.committing() as session:
            run = (await get_run(session, run_id))[0]
        task = BY_NAME.get(run.name)
        if task is None or not task.retries_failed:
            raise TaskNotOffered
        if run.finished_at is None:
            raise NothingFailed
        return await self._queue(task, run.merchant_id, retry_arguments(run))

    async def _queue(self, task: TimedTask, merchant_id: UUID | None, arguments: dict[str, Any]) -> UUID:
        """A wake-up that is lost delays it: a timed job finds the run."""
        is_sync = task.name == SYNC_PASSES
        arguments = dict(CATCH_UP) | arguments if is_sync else arguments
        async with self.sessions.committing() as session:
            await _refuse_second(session, task.name, merchant_id, self.origin)
            run = add_run(session, task.name, merchant_id, self.origin, arguments)
        await (enqueue_sync_run if is_sync else enqueue_run)(self.queue, run.id)
        return run.id


def provide_task_starts(
    sessions: NamedDependency[Sessions],
    queue: NamedDependency[ArqRedis],
    platform_origin: NamedDependency[PlatformOrigin],
) -> TaskStarts:
    return TaskStarts(sessions, queue, platform_origin)


async def _refuse_second(session: AsyncSession, name: str, merchant_id: UUID | None, origin: PlatformOrigin) -> None:
    """Two who start at the same moment come one after the other. Raises TaskUnfinished."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{LOCK}:{name}", 0))))
    unfinished = await find_unfinished(session, name, merchant_id, origin.now)
    if unfinished is not None:
        raise TaskUnfinished(run_id=unfinished)
