"""Runs of all tasks: the list, and one run, whose progress appears by itself."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from backend.operations.task_runs.schemas import TaskRunView
from frontend.admin.jobs.messages import RUN_STATES, JobMessages
from frontend.admin.jobs.places import RUNS
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.tasks import get_task_run, list_task_runs, list_tasks, retry_task_run, watch_task_run
from frontend.kit.forms import Form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request

EVENTS = "text/event-stream"
NOT_FOUND, CONFLICT, GONE = 404, 409, 410
SIGNED_OUT, FORBIDDEN = 401, 403
NAME_MAX, CODE_MAX = 100, 40


@dataclass(frozen=True, slots=True)
class RunsAsked:
    """What the list shows. An unknown state, as in an old bookmark, is ignored."""

    task: str = ""
    state: str = ""
    merchant: str = ""

    @classmethod
    def of(cls, form: Form) -> "RunsAsked":
        state = form.text("state")
        return cls(form.text("task")[:NAME_MAX], state if state in RUN_STATES else "", form.text("merchant")[:CODE_MAX])


@get(RUNS, name="admin-runs")
async def show_runs(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = read_query(request)
    asked, after = RunsAsked.of(form), form.optional("after")
    try:
        return await _list_page(request, caller, asked, after)
    except BackendProblem as problem:
        if problem.status == GONE:
            return await _list_page(request, caller, asked, None)
        if problem.status != NOT_FOUND:
            raise
        # The merchant's code: the list is shown without it, and the field says why.
        return await _list_page(request, caller, asked, None, error=problem.sentence)


@get(f"{RUNS}/{{run_id:uuid}}", name="admin-run")
async def show_run(request: Request, caller: NamedDependency[Caller], run_id: FromPath[UUID]) -> Response[str]:
    return _run_page(request, await get_task_run(caller, run_id))


@get(f"{RUNS}/{{run_id:uuid}}/events", name="admin-run-events")
async def watch_run(
    request: Request, caller: NamedDependency[Caller], run_id: FromPath[UUID]
) -> Response[str] | Response[None] | Stream:
    """The panel of the run whenever it has changed. Without scripts: the page of the run."""
    if EVENTS not in request.headers.get("accept", ""):
        return redirect(request, f"{RUNS}/{run_id}")
    runs = watch_task_run(caller, run_id)
    try:
        first = await anext(runs, None)
    except BackendProblem as problem:
        if problem.status in {SIGNED_OUT, FORBIDDEN, NOT_FOUND}:
            raise
        first = None
    except BackendUnavailable:
        first = None
    if first is None:  # nothing to swap in: the page says how to look again
        return Response(None, status_code=204)
    return Stream(_events(request, first, runs), media_type=EVENTS, headers={"X-Accel-Buffering": "no"})


@post(f"{RUNS}/{{run_id:uuid}}/retry", status_code=200)
async def take_retry(request: Request, caller: NamedDependency[Caller], run_id: FromPath[UUID]) -> Response[str]:
    """Leads to the new run."""
    try:
        return redirect(request, f"{RUNS}/{await retry_task_run(caller, run_id)}")
    except BackendProblem as problem:
        if problem.status != CONFLICT:
            raise
        run = await get_task_run(caller, run_id)
        return _run_page(request, run, problem.sentence, unfinished=problem.facts.get("run_id"), status=problem.status)


async def _events(request: Request, first: TaskRunView, runs: AsyncGenerator[TaskRunView, None]) -> AsyncIterator[str]:
    async with aclosing(runs):
        yield _event(request, first)
        try:
            async for run in runs:
                yield _event(request, run)
        except BackendUnavailable:
            return


def _event(request: Request, run: TaskRunView) -> str:
    panel = page(request, "admin/jobs/panel_page.html", run=run, messages=JobMessages(language_of(request))).content
    return "".join(f"data: {line}\n" for line in panel.splitlines()) + "\n"


async def _list_page(
    request: Request, caller: Caller, asked: RunsAsked, after: str | None, *, error: str = ""
) -> Response[str]:
    """`error`: why there is no list of this merchant."""
    listed = replace(asked, merchant="") if error else asked
    runs, tasks = await asyncio.gather(
        list_task_runs(
            caller,
            name=listed.task or None,
            state=listed.state or None,
            merchant_code=listed.merchant or None,
            after=after,
        ),
        list_tasks(caller),
    )
    return page(
        request,
        "admin/jobs/runs.html",
        status=NOT_FOUND if error else 200,
        runs=runs,
        tasks={task.name: task.title for task in tasks},
        asked=asked,
        filters=asdict(asked),
        after=after,
        error=error,
        place=RUNS,
        messages=JobMessages(language_of(request)),
    )


def _run_page(
    request: Request, run: TaskRunView, trouble: str = "", *, unfinished: str | None = None, status: int = 200
) -> Response[str]:
    return page(
        request,
        "admin/jobs/run.html",
        status=status,
        run=run,
        trouble=trouble,
        unfinished=unfinished,
        messages=JobMessages(language_of(request)),
    )
