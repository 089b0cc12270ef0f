from datetime import datetime
from typing import Literal
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, of_member

PinState = Literal["set", "locked", "disabled"]
WRONG_MAX = 10
"""`begin_pin_attempt` knows it too."""


class StaffPin(TenantEntity):
    """A person's PIN. The verifier is argon2id over an HMAC whose key (the pepper) is not in the database."""

    __tablename__ = "staff_pins"
    __table_args__ = (
        UniqueConstraint("merchant_id", "user_id"),
        CheckConstraint("failed_count >= 0", name="failed_count"),
        CheckConstraint("wrong_in_a_row >= 0", name="wrong_in_a_row"),
        of_member("user_id"),
    )

    user_id: Mapped[UUID]
    verifier: Mapped[str] = mapped_column(Text)
    failed_count: Mapped[int] = mapped_column(default=0)
    """Wrong attempts since the last right one or the last lock. Counted before the PIN is verified."""
    wrong_in_a_row: Mapped[int] = mapped_column(default=0)
    """Wrong attempts since the last right one. Counted before the PIN is verified; ten disable it."""
    locked_until: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    verifying_until: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """The turn of the attempt that is being verified; attempts wait for each other."""
    is_active: Mapped[bool] = mapped_column(default=True)
    last_used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    set_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """A session that an earlier PIN began has ended."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)

    @property
    def is_disabled(self) -> bool:
        """Until a person unlocks it or sets another one."""
        return self.wrong_in_a_row >= WRONG_MAX

    def state(self, now: datetime) -> PinState:
        if self.is_disabled:
            return "disabled"
        return "locked" if self.locked_until is not None and self.locked_until > now else "set"
