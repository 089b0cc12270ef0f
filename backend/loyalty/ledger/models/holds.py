from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.enums import UNITS
from backend.core.models import TenantEntity, belongs_to, of_member

HOLD_STATES = ("reserved", "confirmed", "released", "timed_out")


class Hold(TenantEntity):
    """Points or stamps held for a reward until it is confirmed or released, or for a tablet as its allowance: nothing
    else is paid from them."""

    __tablename__ = "holds"
    __table_args__ = (
        Index("ix_holds_card", "merchant_id", "card_id", "reserved_at"),
        Index("ix_holds_due", "merchant_id", "expires_at", postgresql_where=text("state = 'reserved'")),
        belongs_to("cards", "card_id"),
        belongs_to("stores", "store_id"),
        belongs_to("rewards", "reward_id"),
        of_member("user_id"),
        CheckConstraint(f"state IN {HOLD_STATES}", name="state"),
        CheckConstraint(f"unit IN {UNITS}", name="unit"),
        CheckConstraint("amount > 0 AND quantity > 0", name="amount"),
        CheckConstraint("used_amount BETWEEN 0 AND amount AND (used_amount = 0 OR is_allowance)", name="used_amount"),
        CheckConstraint("NOT is_allowance OR (device_id IS NOT NULL AND reward_id IS NULL)", name="is_allowance"),
        CheckConstraint("(state = 'reserved') = (settled_at IS NULL)", name="settled_at"),
    )

    card_id: Mapped[UUID]
    store_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    reward_id: Mapped[UUID | None]
    """None: the full stamp card, or an allowance."""
    unit: Mapped[str] = mapped_column(String(6))
    amount: Mapped[int] = mapped_column(BigInteger)
    """Points or stamps held, for all pieces together."""
    quantity: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10))
    reserved_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """From this instant on it holds nothing, whether or not that has been booked."""
    settled_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    is_allowance: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """For what a tablet redeems while it is offline."""
    used_amount: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    """Redeemed from an allowance so far."""
