from datetime import datetime

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import LABEL, TenantEntity, of_merchant

EMAIL_STATUSES = ("queued", "sent", "failed")


class EmailLog(TenantEntity):
    """A mail to one recipient: what was sent, by which provider, host and sender it really went, and how it ended."""

    __tablename__ = "email_logs"
    __table_args__ = (
        of_merchant(),
        CheckConstraint(f"status IN {EMAIL_STATUSES}", name="status"),
        Index("ix_email_logs_created_at", "merchant_id", "created_at"),
        Index("ix_email_logs_queued", "merchant_id", "available_at", postgresql_where=text("status = 'queued'")),
    )

    template_code: Mapped[str] = mapped_column(LABEL)
    language: Mapped[str] = mapped_column(String(5))
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(Text)
    body_text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    available_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    provider: Mapped[str | None] = mapped_column(String(20))
    host: Mapped[str | None] = mapped_column(String(255))
    sender: Mapped[str | None] = mapped_column(String(320))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    sent_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
