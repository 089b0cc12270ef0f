"""Background work, for administrators: tasks, their runs, what waits, and what was given up."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import quote
from uuid import UUID

import msgspec

from backend.core.schemas import Page
from backend.operations.backlogs.schemas import Backlogs
from backend.operations.parked_events.schemas import EventRelease, EventsReleased, ParkedEvent
from backend.operations.task_runs.schemas import TaskRunQueued, TaskRunView
from backend.operations.timed_tasks.schemas import TaskStart, TimedTasks, TimedTaskView
from frontend.api.client import Caller
from frontend.api.responses import BackendUnavailable

PAUSE_SECONDS = 25.0
"""The backend says something every ten seconds."""
DATA = b"data:"
DECODER = msgspec.json.Decoder(TaskRunView)


async def list_tasks(caller: Caller) -> list[TimedTaskView]:
    return (await caller.get("/admin/tasks", TimedTasks)).tasks


async def start_task(caller: Caller, name: str, start: TaskStart) -> UUID:
    """The id of the run."""
    return (await caller.post(f"/admin/tasks/{quote(name, safe='')}/runs", start, TaskRunQueued)).run_id


async def list_task_runs(
    caller: Caller, *, name: str | None, state: str | None, merchant_code: str | None, after: str | None
) -> Page[TaskRunView]:
    """Newest first."""
    asked = {"name": name, "state": state, "merchant_code": merchant_code, "after": after}
    return await caller.get("/admin/task-runs", Page[TaskRunView], **asked)


async def get_task_run(caller: Caller, run_id: UUID) -> TaskRunView:
    return await caller.get(_run(run_id), TaskRunView)


async def retry_task_run(caller: Caller, run_id: UUID) -> UUID:
    """The id of the new run."""
    return (await caller.post(f"{_run(run_id)}/retry", None, TaskRunQueued)).run_id


async def watch_task_run(caller: Caller, run_id: UUID) -> AsyncGenerator[TaskRunView, None]:
    """The run whenever it has changed, until it has ended or the backend ends the stream."""
    async with aclosing(caller.stream(f"{_run(run_id)}/events", None, pause_seconds=PAUSE_SECONDS)) as lines:
        async for line in lines:
            if line.startswith(DATA):
                try:
                    yield DECODER.decode(line.removeprefix(DATA))
                except msgspec.DecodeError as error:
                    raise BackendUnavailable("an event that is no run") from error


async def get_backlogs(caller: Caller) -> Backlogs:
    return await caller.get("/admin/backlogs", Backlogs)


async def list_parked_events(caller: Caller, *, reaction: str | None, after: str | None) -> Page[ParkedEvent]:
    """Longest parked first."""
    return await caller.get("/admin/parked-events", Page[ParkedEvent], reaction=reaction, after=after)


async def release_parked_event(caller: Caller, event_id: UUID) -> None:
    await caller.tell(f"/admin/parked-events/{event_id}/release")


async def release_parked_events(caller: Caller, reaction: str | None) -> int:
    """Of one reaction, or all. Returns how many."""
    return (await caller.post("/admin/parked-events/release", EventRelease(reaction), EventsReleased)).count


def _run(run_id: UUID) -> str:
    return f"/admin/task-runs/{run_id}"
