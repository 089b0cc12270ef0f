from datetime import datetime

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantRow, of_merchant


class DeviceSnapshot(TenantRow):
    """The fingerprints of all entries that a tablet was sent. A cursor is the hash of them."""

    __tablename__ = "device_snapshots"
    __table_args__ = (of_merchant(), Index("ix_device_snapshots_used_at", "used_at"))

    cursor: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprints: Mapped[dict[str, str]] = mapped_column(JsonB)
    used_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """Written once a day at most."""
