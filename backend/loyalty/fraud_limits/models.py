from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, of_merchant

LIMIT_SCOPES = ("card", "staff_pin", "device", "store")
LIMIT_MEASURES = ("earns", "points_earned", "stamps", "redemptions", "points_redeemed")


class FraudLimit(TenantEntity):
    """At most so much of something within so many minutes, for each card, PIN, device or store."""

    __tablename__ = "fraud_limits"
    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id", "scope", "measure", "window_minutes"),
        CheckConstraint(f"scope IN {LIMIT_SCOPES}", name="scope"),
        CheckConstraint(f"measure IN {LIMIT_MEASURES}", name="measure"),
        CheckConstraint("window_minutes BETWEEN 1 AND 44640", name="window_minutes"),
        CheckConstraint("maximum >= 0", name="maximum"),
    )

    scope: Mapped[str] = mapped_column(String(10))
    measure: Mapped[str] = mapped_column(String(15))
    window_minutes: Mapped[int]
    """At most 31 days."""
    maximum: Mapped[int] = mapped_column(BigInteger)
