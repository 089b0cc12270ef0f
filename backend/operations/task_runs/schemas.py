from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer


class TaskRunView(Answer):
    id: UUID
    name: Annotated[str, Meta(examples=["sync_wallet_passes"])]
    state: str
    """queued | running | died (no heartbeat for a minute) | done | partly_done | failed"""
    merchant_code: str | None
    """None: all merchants."""
    requested_by: str | None
    """Name of the user; None: the schedule or the command line."""
    arguments: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int | None
    """`done` of `total`; None while the total is not known."""
    counts: dict[str, int]
    failures: dict[str, str]
    """Reasons by id; at most a thousand, while `counts.failed` counts all."""
    error: str | None
    """Why the run itself ended early."""


class TaskRunQueued(Answer):
    run_id: UUID
