"""Task runs for platform admins."""

from functools import partial
from typing import Annotated, Any, cast
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.response import ServerSentEvent

from backend.access.guards import all_of, for_platform, limited, principal_of
from backend.access.permissions import RUN_TASKS
from backend.access.problems import SIGNED_IN
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest, reader_language
from backend.core.schemas import STORABLE, Page
from backend.merchants.problems import MerchantNotFound
from backend.merchants.queries import get_merchant_id
from backend.operations.task_runs.problems import NothingFailed, TaskRunNotFound, TooManyWatching
from backend.operations.task_runs.queries import get_run, list_runs
from backend.operations.task_runs.schemas import TaskRunEvent, TaskRunQueued, TaskRunView
from backend.operations.task_runs.views import run_view
from backend.operations.task_runs.watching import RunWatchers
from backend.operations.timed_tasks.problems import TaskNotOffered, TaskUnfinished
from backend.operations.timed_tasks.starts import TaskStarts, provide_task_starts

TaskName = Annotated[
    str | None,
    QueryParameter(max_length=100, pattern=STORABLE, description="Name of a task. Without it: runs of all tasks."),
]
RunState = Annotated[
    str | None,
    QueryParameter(name="state", max_length=20, pattern=STORABLE, description="State of the runs. Without it: all."),
]
RunMerchant = Annotated[
    str | None,
    QueryParameter(
        max_length=40, pattern=STORABLE, description="Code of a merchant: runs for it alone. Without it: all runs."
    ),
]
HEADERS = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
"""Without the latter Litestar lets caches keep what one person sees."""
EVENTS = ResponseSpec(
    cast("type[Any]", TaskRunEvent), media_type="text/event-stream", generate_examples=False, description="Events"
)


async def look_at_run(sessions: Sessions, run_id: UUID, language: str) -> TaskRunView:
    """Raises TaskRunNotFound."""
    async with sessions.committing() as session:
        return run_view(await get_run(session, run_id), clock.now(), language)


class TaskRunController(Controller):
    path = "/task-runs"
    tags = ["Operations"]
    dependencies = {"task_starts": Provide(provide_task_starts, sync_to_thread=False)}

    @get(
        operation_id="listTaskRuns",
        summary="Runs of background tasks, newest first",
        guards=[for_platform(RUN_TASKS)],
        responses=refusals(*SIGNED_IN, CursorExpired, MerchantNotFound, ValidationFailed),
    )
    async def runs(
        self,
        request: ApiRequest,
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        name: TaskName = None,
        run_state: RunState = None,
        merchant_code: RunMerchant = None,
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[TaskRunView]:
        now, language = clock.now(), reader_language(request)
        merchant_id = await get_merchant_id(sessions, merchant_code) if merchant_code else None
        scope = f"task-runs:{name or ''}:{run_state or ''}:{merchant_id or ''}"
        position = cursors.read(scope, after, now)
        async with sessions.committing() as session:
            rows = await list_runs(
                session, name=name, merchant_id=merchant_id, state=run_state, after=position, limit=limit, now=now
            )
        page, has_more = rows[:limit], len(rows) > limit
        last = page[-1][0] if has_more else None
        return Page(
            data=[run_view(row, now, language) for row in page],
            next_cursor=cursors.write(scope, last.created_at, last.id, now) if last else None,
            has_more=has_more,
        )

    @get(
        "/{id:uuid}",
        operation_id="getTaskRun",
        summary="One run of a background task, also while it runs",
        guards=[for_platform(RUN_TASKS)],
        responses={200: success(TaskRunView)} | refusals(*SIGNED_IN, TaskRunNotFound),
    )
    async def run(
        self,
        request: ApiRequest,
        id: FromPath[UUID],  # noqa: A002 - as in the address
        sessions: NamedDependency[Sessions],
    ) -> TaskRunView:
        return await look_at_run(sessions, id, reader_language(request))

    @get(
        "/{id:uuid}/events",
        operation_id="watchTaskRun",
        summary="How far a run is, as server-sent events",
        description="An event at once and whenever the run has changed, with the run as its data. The stream ends with "
        "the run, after a minute at the latest.",
        guards=[all_of(for_platform(RUN_TASKS), limited("task-run-events", 60))],
        responses={200: EVENTS} | refusals(*SIGNED_IN, TaskRunNotFound, TooManyWatching),
    )
    async def watch(
        self,
        request: ApiRequest,
        id: FromPath[UUID],  # noqa: A002 - as in the address
        sessions: NamedDependency[Sessions],
        run_watchers: NamedDependency[RunWatchers],
    ) -> ServerSentEvent:
        look = partial(look_at_run, sessions, id, reader_language(request))
        person = principal_of(request).id
        run_watchers.check_place(person)
        await look()
        return ServerSentEvent(run_watchers.watch(person, look), headers=HEADERS)

    @post(
        "/{id:uuid}/retry",
        operation_id="retryTaskRun",
        summary="Repeat exactly what has failed in a run",
        description="In the background, as a run of its own. Of more than a thousand failures, those that are listed.",
        status_code=202,
        guards=[all_of(for_platform(RUN_TASKS), limited("task-start", 20))],
        responses={202: success(TaskRunQueued)}
        | refusals(*SIGNED_IN, TaskRunNotFound, TaskNotOffered, NothingFailed, TaskUnfinished),
    )
    async def retry(
        self,
        id: FromPath[UUID],  # noqa: A002 - as in the address
        task_starts: NamedDependency[TaskStarts],
    ) -> TaskRunQueued:
        return TaskRunQueued(await task_starts.retry(id))
