from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, belongs_to, of_member, of_merchant
from backend.staff_pins.grants.rules import (
    ALLOWANCE_HOURS_MAX,
    ALLOWANCE_POINTS_MAX,
    ALLOWANCE_STAMPS_MAX,
    DEFAULT_LIMITS,
    GRANT_HOURS_MAX,
    OFFLINE_OPS,
    OPERATIONS_MAX,
    POINTS_MAX,
    WINDOW_HOURS_MAX,
    WRONG_MAX,
)

KNOWN_OPS = f"operations <@ ARRAY{list(OFFLINE_OPS)}::text[]"
LIMITS = f"max_operations BETWEEN 1 AND {OPERATIONS_MAX} AND max_points BETWEEN 0 AND {POINTS_MAX}"
ALLOWANCES = (
    f"max_allowance_points BETWEEN 0 AND {ALLOWANCE_POINTS_MAX} "
    f"AND max_allowance_stamps BETWEEN 0 AND {ALLOWANCE_STAMPS_MAX}"
)


class OfflineRules(TenantEntity):
    """What the tablets of a merchant may do offline, or one of them."""

    __tablename__ = "offline_rules"
    __table_args__ = (
        of_merchant(),
        belongs_to("devices", "device_id"),
        UniqueConstraint("merchant_id", "device_id", postgresql_nulls_not_distinct=True),
        CheckConstraint(KNOWN_OPS, name="operations"),
        CheckConstraint(LIMITS, name="limits"),
        CheckConstraint(f"grant_hours BETWEEN 1 AND {GRANT_HOURS_MAX}", name="grant_hours"),
        CheckConstraint(f"window_hours BETWEEN 1 AND {WINDOW_HOURS_MAX}", name="window_hours"),
        CheckConstraint(ALLOWANCES, name="allowances"),
        CheckConstraint(f"allowance_hours BETWEEN 1 AND {ALLOWANCE_HOURS_MAX}", name="allowance_hours"),
    )

    device_id: Mapped[UUID | None]
    """None: of every tablet without rules of its own."""
    operations: Mapped[list[str]] = mapped_column(ARRAY(Text))
    grant_hours: Mapped[int] = mapped_column(SmallInteger)
    max_operations: Mapped[int] = mapped_column(SmallInteger)
    max_points: Mapped[int]
    window_hours: Mapped[int] = mapped_column(SmallInteger)
    max_allowance_points: Mapped[int] = mapped_column(default=DEFAULT_LIMITS.max_allowance_points)
    max_allowance_stamps: Mapped[int] = mapped_column(SmallInteger, default=DEFAULT_LIMITS.max_allowance_stamps)
    allowance_hours: Mapped[int] = mapped_column(SmallInteger, default=DEFAULT_LIMITS.allowance_hours)


class OfflineGrant(TenantEntity):
    """A person may book offline at a tablet, for some hours, up to limits."""

    __tablename__ = "offline_grants"
    __table_args__ = (
        Index("ix_offline_grants_device", "merchant_id", "device_id", "expires_at"),
        belongs_to("devices", "device_id"),
        of_member("user_id"),
        CheckConstraint(KNOWN_OPS, name="operations"),
        CheckConstraint(LIMITS, name="limits"),
        CheckConstraint(f"wrong_count BETWEEN 0 AND {WRONG_MAX}", name="wrong_count"),
        CheckConstraint(
            "used_operations BETWEEN 0 AND max_operations AND used_points BETWEEN 0 AND max_points", name="used"
        ),
        CheckConstraint(
            f"expires_at > issued_at AND expires_at <= issued_at + interval '{GRANT_HOURS_MAX} hours'",
            name="expires_at",
        ),
    )

    device_id: Mapped[UUID]
    store_id: Mapped[UUID]
    user_id: Mapped[UUID]
    staff_pin_id: Mapped[UUID | None]
    """None: the policy asks for no PIN, and the grant has no secret."""
    sealed_secret: Mapped[str | None] = mapped_column(Text)
    """Encrypted; with it the MACs of the operations are verified."""
    operations: Mapped[list[str]] = mapped_column(ARRAY(Text))
    max_operations: Mapped[int] = mapped_column(SmallInteger)
    max_points: Mapped[int]
    used_operations: Mapped[int] = mapped_column(SmallInteger, default=0)
    used_points: Mapped[int] = mapped_column(default=0)
    wrong_count: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Wrong MACs; counted before anything else is verified."""
    issued_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    ended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """The shift was over before: what happened later waits for a person."""
