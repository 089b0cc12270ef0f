from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow


class ConnectionTest(PlatformRow):
    """A connection test that somebody has started: it counts for their limit, and the newest is shown to all."""

    __tablename__ = "connection_tests"
    __table_args__ = (
        Index("ix_connection_tests_user_id", "user_id", "started_at"),
        Index("ix_connection_tests_started_at", "started_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID | None]
    """None: somebody at the command line."""
    user_name: Mapped[str] = mapped_column(LABEL)
    started_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    host: Mapped[str] = mapped_column(String(255))
    port: Mapped[int | None]
    verdict: Mapped[dict[str, Any] | None] = mapped_column(JsonB)
    """A `Verdict`; None until the test has ended, and for ever when it was interrupted."""
