from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import LABEL, PlatformRow


class TimedJob(PlatformRow):
    """The last time at which a job was due, and the worker that does it: of several workers one does it."""

    __tablename__ = "timed_jobs"

    name: Mapped[str] = mapped_column(LABEL, primary_key=True)
    due_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    tries: Mapped[int] = mapped_column(default=0)
    """Workers that have begun it, but for those that were stopped or had lost the database."""
    lease_token: Mapped[UUID]
    lease_until: Mapped[datetime] = mapped_column(DateTimeUTC)
    finished_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
