"""What the background has done, and could not do."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from backend.access.guards import for_platform
from backend.access.permissions import RUN_TASKS
from backend.access.problems import Forbidden, SessionExpired, Unauthenticated
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import refusals, shown
from backend.core.paging import LIMIT_DEFAULT, LIMIT_MAX, CursorExpired, Cursors
from backend.core.schemas import Page
from backend.operations.task_runs.problems import TaskRunNotFound
from backend.operations.task_runs.queries import get_run, list_runs, run_view
from backend.operations.task_runs.schemas import TaskRunView

Limit = Annotated[int, QueryParameter(ge=1, le=LIMIT_MAX)]
After = Annotated[str | None, QueryParameter(description="`next_cursor` of the page before")]
Name = Annotated[str | None, QueryParameter(description="Of one task only")]
ADMIN = (Unauthenticated, SessionExpired, Forbidden)


class TaskRunController(Controller):
    path = "/task-runs"
    tags = ["Operations"]
    guards = [for_platform(RUN_TASKS)]

    @get(
        operation_id="listTaskRuns",
        summary="Runs of background tasks, newest first",
        responses=refusals(*ADMIN, CursorExpired),
    )
    async def runs(
        self,
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        name: Name = None,
        limit: Limit = LIMIT_DEFAULT,
        after: After = None,
    ) -> Page[TaskRunView]:
        now = clock.now()
        position = cursors.read(after, now)
        async with sessions.committing() as session:
            found = await list_runs(session, name=name, merchant_id=None, after=position, limit=limit)
        shown_runs, has_more = found[:limit], len(found) > limit
        last = shown_runs[-1][0] if has_more else None
        return Page(
            data=[run_view(row, now) for row in shown_runs],
            next_cursor=cursors.write(last.created_at, last.id, now) if last else None,
            has_more=has_more,
        )

    @get(
        "/{id:uuid}",
        operation_id="getTaskRun",
        summary="One run, also while it works",
        responses={200: shown(TaskRunView)} | refusals(*ADMIN, TaskRunNotFound),
    )
    async def run(self, id: FromPath[UUID], sessions: NamedDependency[Sessions]) -> TaskRunView:  # noqa: A002 - as in the address
        async with sessions.committing() as session:
            return run_view(await get_run(session, id), clock.now())
