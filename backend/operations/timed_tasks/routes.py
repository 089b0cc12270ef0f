"""Tasks that run by the clock, for platform admins."""

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import RUN_TASKS
from backend.access.problems import SIGNED_IN
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest, reader_language
from backend.core.settings import Settings
from backend.merchants.problems import MerchantNotFound
from backend.operations.task_runs.schemas import TaskRunQueued
from backend.operations.timed_tasks.problems import TaskNotFound, TaskNotOffered, TaskUnfinished
from backend.operations.timed_tasks.queries import list_tasks
from backend.operations.timed_tasks.schemas import TaskStart, TimedTasks
from backend.operations.timed_tasks.starts import TaskStarts, provide_task_starts


class TimedTaskController(Controller):
    path = "/tasks"
    tags = ["Operations"]
    dependencies = {"task_starts": Provide(provide_task_starts, sync_to_thread=False)}

    @get(
        operation_id="listTasks",
        summary="Tasks that run by the clock: when, and how the last run went",
        guards=[for_platform(RUN_TASKS)],
        responses={200: success(TimedTasks)} | refusals(*SIGNED_IN),
    )
    async def tasks(
        self, request: ApiRequest, sessions: NamedDependency[Sessions], settings: NamedDependency[Settings]
    ) -> TimedTasks:
        async with sessions.committing() as session:
            return TimedTasks(await list_tasks(session, settings, clock.now(), reader_language(request)))

    @post(
        "/{task_name:str}/runs",
        operation_id="startTask",
        summary="Start a task now, or try what it would do",
        description="In the background. While a run of it has not ended it is refused, with that run’s id.",
        status_code=202,
        guards=[all_of(for_platform(RUN_TASKS), limited("task-start", 20))],
        responses={202: success(TaskRunQueued)}
        | refusals(*SIGNED_IN, ValidationFailed, TaskNotFound, TaskNotOffered, MerchantNotFound, TaskUnfinished),
    )
    async def start(
        self, task_name: FromPath[str], data: JSONBody[TaskStart], task_starts: NamedDependency[TaskStarts]
    ) -> TaskRunQueued:
        return TaskRunQueued(await task_starts.start(task_name, data))
