from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import CheckConstraint, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, belongs_to

PREVIEW_STATES = ("queued", "running", "done", "failed")
IS_WAITING = "state IN ('queued', 'running')"


class ProgramPreview(TenantEntity):
    """What the merchant's past sales would have given under draft terms."""

    __tablename__ = "program_previews"
    __table_args__ = (
        belongs_to("programs", "program_id"),
        CheckConstraint(f"state IN {PREVIEW_STATES}", name="state"),
        Index("ix_program_previews_waiting", "merchant_id", postgresql_where=text(IS_WAITING)),
    )

    program_id: Mapped[UUID]
    draft: Mapped[dict[str, Any]] = mapped_column(JsonB)
    """The terms tried, as they were sent."""
    requested_by: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(10))
    cards_done: Mapped[int] = mapped_column(default=0)
    cards_total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column(JsonB)
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """How often a process has begun it, less those that were stopped or lost the database."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    heartbeat_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """The last sign of life of the process that works on it."""
    finished_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
