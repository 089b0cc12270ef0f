from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, of_member


class StaffPin(TenantEntity):
    """A person's PIN. The verifier is argon2id over an HMAC whose key (the pepper) is not in the database."""

    __tablename__ = "staff_pins"
    __table_args__ = (
        UniqueConstraint("merchant_id", "user_id"),
        CheckConstraint("failed_count >= 0", name="failed_count"),
        of_member("user_id"),
    )

    user_id: Mapped[UUID]
    verifier: Mapped[str] = mapped_column(Text)
    failed_count: Mapped[int] = mapped_column(default=0)
    """Wrong attempts since the last right one. Counted before the PIN is verified."""
    locked_until: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    verifying_until: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """The turn of the attempt that is being verified; attempts wait for each other."""
    is_active: Mapped[bool] = mapped_column(default=True)
    last_used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
