from datetime import datetime
from typing import Annotated

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.operations.readiness.schemas import RowState
from backend.operations.task_runs.schemas import TaskRunView


class TimedTaskView(Answer):
    """A task that runs by the clock."""

    name: Annotated[str, Meta(examples=["expire_points"])]
    """Name of the task."""
    title: Annotated[str, Meta(examples=["Expiry of points"])]
    """What it is called, in the reader’s language."""
    about: str
    """What it does, in one sentence."""
    state: RowState
    """Of its last run, as on the board of readiness: `ok`, `warning` or `blocks` (customers or staff are affected)."""
    evidence: Annotated[str, Meta(examples=["The last run went well."])]
    """Why it is in this state, in one sentence."""
    next_due_at: datetime | None
    """When it is due next (UTC). Null when there is no merchant for whom it could be."""
    local_hour: int | None
    """The hour of each merchant’s own day at which it runs. Null: at the same time for all."""
    last_success_at: datetime | None
    """When a run over all merchants last ended without an error (UTC). Dry runs do not count. Null: never."""
    last_run: TaskRunView | None
    """The newest run, of one merchant, too. Null when there was none."""
    of_one_merchant: bool
    """True when it can be started for one merchant."""
    has_dry_run: bool
    """True when it can be tried without changing anything."""


class TimedTasks(Answer):
    """All tasks that run by the clock."""

    tasks: list[TimedTaskView]
    """In a fixed order: those that customers notice first."""


class TaskStart(Body):
    """How to start a task. Without members: as the schedule does, for all merchants."""

    merchant_code: Annotated[str, Meta(max_length=40)] | None = None
    """Code of a merchant: only for it. Null: all merchants."""
    dry_run: bool = False
    """True: only count what would be done."""
