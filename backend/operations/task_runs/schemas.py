from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from backend.core.enums import TaskRunState
from backend.core.schemas import Answer


class TaskRunView(Answer):
    """A run of a background task."""

    id: UUID
    """Id of the run."""
    name: Annotated[str, Meta(examples=["sync_wallet_passes"])]
    """Name of the task."""
    title: Annotated[str, Meta(examples=["Update of passes"])]
    """What the task is called, in the reader’s language; its name when it is none that runs by the clock."""
    state: TaskRunState
    """`queued`, `running`, `died` (no sign of life for nine seconds), `done`, `partly_done` (see `failures`) or
    `failed` (see `error`)."""
    is_dry_run: bool
    """True: it only counts what would be done."""
    merchant_code: str | None
    """Code of the merchant for which it runs. Null: all merchants."""
    requested_by: str | None
    """Name of the person who started it. Null: the schedule or the command line."""
    arguments: dict[str, Any]
    """What the task was called with."""
    created_at: datetime
    """When it was queued (UTC)."""
    started_at: datetime | None
    """When it began (UTC). Null before that."""
    heartbeat_at: datetime | None
    """Latest sign of life (UTC), every few seconds while it runs. Null before it began."""
    finished_at: datetime | None
    """When it ended (UTC). Null before that."""
    done: int
    """How much is done so far, of `total`."""
    total: int | None
    """How much there is to do. Null while that is not known."""
    counts: dict[str, int]
    """What was done, counted by outcome. `failed` counts all failures."""
    failures: dict[str, str]
    """Reasons by the id of what failed; at most a thousand."""
    can_retry: bool
    """True when exactly what has failed can be repeated."""
    error: str | None
    """Why the run itself ended early. Null unless it did."""


class TaskRunQueued(Answer):
    """The run is queued."""

    run_id: UUID
    """Id of the run, to ask for it until it has ended."""


class TaskRunEvent(Answer):
    """A server-sent event about a run."""

    event: Annotated[str, Meta(examples=["message"])]
    """Name of the event: always `message`."""
    data: str
    """The run as JSON, as `getTaskRun` answers it."""
