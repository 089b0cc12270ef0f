"""Task runs for platform admins."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from backend.access.guards import for_platform
from backend.access.permissions import RUN_TASKS
from backend.access.problems import SIGNED_IN
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.schemas import STORABLE, Page
from backend.operations.task_runs.problems import TaskRunNotFound
from backend.operations.task_runs.queries import get_run, list_runs, run_view
from backend.operations.task_runs.schemas import TaskRunView

TaskName = Annotated[
    str | None,
    QueryParameter(max_length=100, pattern=STORABLE, description="Name of a task. Without it: runs of all tasks."),
]


class TaskRunController(Controller):
    path = "/task-runs"
    tags = ["Operations"]
    guards = [for_platform(RUN_TASKS)]

    @get(
        operation_id="listTaskRuns",
        summary="Runs of background tasks, newest first",
        responses=refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def runs(
        self,
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        name: TaskName = None,
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[TaskRunView]:
        now = clock.now()
        scope = f"task-runs:{name or ''}"
        position = cursors.read(scope, after, now)
        async with sessions.committing() as session:
            rows = await list_runs(session, name=name, merchant_id=None, after=position, limit=limit)
        page, has_more = rows[:limit], len(rows) > limit
        last = page[-1][0] if has_more else None
        return Page(
            data=[run_view(row, now) for row in page],
            next_cursor=cursors.write(scope, last.created_at, last.id, now) if last else None,
            has_more=has_more,
        )

    @get(
        "/{id:uuid}",
        operation_id="getTaskRun",
        summary="One run of a background task, also while it runs",
        responses={200: success(TaskRunView)} | refusals(*SIGNED_IN, TaskRunNotFound),
    )
    async def run(self, id: FromPath[UUID], sessions: NamedDependency[Sessions]) -> TaskRunView:  # noqa: A002 - as in the address
        async with sessions.committing() as session:
            return run_view(await get_run(session, id), clock.now())
