from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow, TenantEntity, belongs_to, of_merchant

EMAIL_STATUSES = ("queued", "sent", "failed")


class MailRow:
    """A mail to one recipient: its text, its status, and the provider, host and sender that were used."""

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


class EmailLog(MailRow, TenantEntity):
    """A mail of one merchant."""

    __tablename__ = "email_logs"
    __table_args__ = (
        of_merchant(),
        belongs_to("cards", "card_id"),
        CheckConstraint(f"status IN {EMAIL_STATUSES}", name="status"),
        Index("ix_email_logs_created_at", "merchant_id", "created_at"),
        Index("ix_email_logs_queued", "merchant_id", "available_at", postgresql_where=text("status = 'queued'")),
    )

    card_id: Mapped[UUID | None]
    """The card whose page the mail links to. The address grants access: it is inserted on sending and never stored."""


class MailAllowance(PlatformRow):
    """Times of recent mails to a mailbox that anonymous requests have caused. The mailbox is stored as a keyed hash."""

    __tablename__ = "mail_allowances"

    recipient: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    sent_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    last_sent_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)


class PlatformMail(MailRow, PlatformRow):
    """A mail to a platform user, once for each occasion and recipient."""

    __tablename__ = "platform_mails"
    __table_args__ = (
        CheckConstraint(f"status IN {EMAIL_STATUSES}", name="status"),
        UniqueConstraint("occasion", "recipient"),
        Index("ix_platform_mails_queued", "available_at", postgresql_where=text("status = 'queued'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    occasion: Mapped[str | None] = mapped_column(Text)
    """The reason for the mail; None once the occasion is over, so that a recurrence is reported again."""
