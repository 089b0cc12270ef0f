from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import CODE, LABEL, PlatformRow

PROCESS_KINDS = ("backend", "worker")


class ProcessHeartbeat(PlatformRow):
    """A backend or a worker that runs. Its row is renewed every ten seconds, and deleted when it ends in order."""

    __tablename__ = "process_heartbeats"
    __table_args__ = (CheckConstraint(f"kind IN {PROCESS_KINDS}", name="kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))
    host: Mapped[str] = mapped_column(LABEL)
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(CODE)
    """Of Orion."""
    clock_offset_ms: Mapped[int] = mapped_column(BigInteger)
    """The process's clock minus that of PostgreSQL."""
    started_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    heard_at: Mapped[datetime] = mapped_column(DateTimeUTC)
