from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, Index, LargeBinary, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import PlatformRow, TenantEntity, of_merchant
from backend.loyalty.marketing.schemas import DAYS_MAX, DAYS_MIN


class MarketingPlan(TenantEntity):
    """Which marketing emails a merchant sends. A merchant without a row sends none."""

    __tablename__ = "marketing_plans"
    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id"),
        CheckConstraint(f"reengagement_days BETWEEN {DAYS_MIN} AND {DAYS_MAX}", name="reengagement_days"),
    )
    sends_birthday_emails: Mapped[bool] = mapped_column(default=False)
    reengagement_days: Mapped[int | None] = mapped_column(SmallInteger)
    """Days without a visit; None: no such emails."""
    version: Mapped[int] = mapped_column()
    """0: nothing has been chosen yet."""
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - never mutated


class MarketingSlot(PlatformRow):
    """The last marketing email to a mailbox, over all merchants. The mailbox is stored as a keyed hash."""

    __tablename__ = "marketing_slots"
    __table_args__ = (Index("ix_marketing_slots_taken_at", "taken_at"),)

    recipient: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    email_id: Mapped[UUID]
    taken_at: Mapped[datetime] = mapped_column(DateTimeUTC)
