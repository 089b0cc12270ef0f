from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow

CARD_IDS = "card_ids"
"""Argument of a run that does these cards only."""
DRY_RUN = "dry_run"
"""Argument of a run that only counts what it would do."""
RETRY_OF = "retry_of"
"""Argument of a run that does what has failed in another one: that run's id."""
ZONES = "zones"
"""Argument of a run that does the merchants of some time zones only: their names."""


class TaskRun(PlatformRow):
    """One run of a background task: its arguments, progress and outcome."""

    __tablename__ = "task_runs"
    __table_args__ = (
        Index("ix_task_runs_name", "name", "created_at"),
        Index("ix_task_runs_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(LABEL)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id", ondelete="CASCADE"))
    """None: a run over all merchants."""
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    """None: the schedule or the command line."""
    arguments: Mapped[dict[str, Any]] = mapped_column(JsonB, server_default=text("'{}'"))
    """All that is needed to repeat the run."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    started_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """None: the run waits for a worker."""
    heartbeat_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    finished_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    done: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    total: Mapped[int | None]
    counts: Mapped[dict[str, int]] = mapped_column(JsonB, server_default=text("'{}'"))
    failures: Mapped[dict[str, str]] = mapped_column(JsonB, server_default=text("'{}'"))
    """Reasons by id."""
    error: Mapped[str | None] = mapped_column(Text)
    """Why the run itself ended early."""

    @property
    def is_dry_run(self) -> bool:
        return bool(self.arguments.get(DRY_RUN))
