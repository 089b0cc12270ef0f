from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import (
    CheckConstraint,
    Computed,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow, TenantEntity, belongs_to, of_merchant

EMAIL_STATUSES = ("queued", "sending", "sent", "delivered", "failed", "bounced", "complained", "unknown")
"""`sent`: the provider has taken it. `unknown`: it may have. What became of it then, where the provider reports it:
`delivered`, `bounced`, `complained` (reported as spam)."""
EMAIL_KINDS = ("transactional", "marketing")
WAITING = "status IN ('queued', 'sending')"
BULK_TEMPLATES = ("loyalty_birthday", "loyalty_points_expired", "loyalty_points_expiring", "loyalty_reengagement")
"""Queued by the thousand at one moment. No other mail of a merchant waits behind them."""
IS_PROMPT = f"template_code NOT IN {BULK_TEMPLATES}"
PROMPT = f"{WAITING} AND {IS_PROMPT}"


class MailRow:
    """A mail to one recipient: its text, its status, its history, and what was used to send it."""

    template_code: Mapped[str] = mapped_column(LABEL)
    template_version: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(13), default="transactional")
    language: Mapped[str] = mapped_column(String(5))
    recipient: Mapped[str] = mapped_column(String(254))
    recipient_folded: Mapped[str] = mapped_column(Text, Computed("lower(recipient)"))
    """Is searched for. Under row-level security an index of a function of the address would not be used."""
    subject: Mapped[str] = mapped_column(Text)
    body_text: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str | None] = mapped_column(Text)
    headers: Mapped[dict[str, str]] = mapped_column(JsonB, default=dict)
    """Headers beside those that every mail has."""
    sealed_secret: Mapped[str | None] = mapped_column(Text)
    """A code, or the end of a one-time link: encrypted, and inserted on sending."""
    status: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    available_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """The worker takes the mail at this time at the earliest; a lease moves it into the future."""
    expires_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """The mail is worthless afterwards and is not sent."""
    provider: Mapped[str | None] = mapped_column(String(20))
    host: Mapped[str | None] = mapped_column(String(255))
    port: Mapped[int | None]
    security: Mapped[str | None] = mapped_column(String(10))
    sender_name: Mapped[str | None] = mapped_column(Text)
    sender_address: Mapped[str | None] = mapped_column(String(320))
    reply_to: Mapped[str | None] = mapped_column(String(320))
    message_id: Mapped[str | None] = mapped_column(String(320))
    error_code: Mapped[str | None] = mapped_column(String(40))
    """One of `FAULTS`: why the mail has failed, or why it waits."""
    error: Mapped[str | None] = mapped_column(Text)
    """What the provider answered."""
    history: Mapped[list[dict[str, Any]]] = mapped_column(JsonB, default=list)
    """`MailEvent`s, oldest first."""
    resend_of: Mapped[UUID | None]
    """The mail of which this one is a copy; it may be deleted already."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    sent_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    redacted_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """Its customer was erased: recipient and texts are gone."""


class EmailLog(MailRow, TenantEntity):
    """A mail of one merchant."""

    __tablename__ = "email_logs"
    __table_args__ = (
        of_merchant(),
        belongs_to("cards", "card_id"),
        CheckConstraint(f"status IN {EMAIL_STATUSES}", name="status"),
        CheckConstraint(f"kind IN {EMAIL_KINDS}", name="kind"),
        Index("ix_email_logs_created_at", "merchant_id", "created_at", "id"),
        Index("ix_email_logs_status", "merchant_id", "status", "created_at", "id"),
        Index("ix_email_logs_template", "merchant_id", "template_code", "created_at", "id"),
        Index("ix_email_logs_recipient", "merchant_id", "recipient_folded", "created_at", "id"),
        Index("ix_email_logs_waiting", "merchant_id", "available_at", postgresql_where=text(WAITING)),
        Index("ix_email_logs_prompt", "merchant_id", "available_at", postgresql_where=text(PROMPT)),
        Index("ix_email_logs_card_id", "merchant_id", "card_id"),
        Index("ix_email_logs_resend_of", "merchant_id", "resend_of"),
    )

    card_id: Mapped[UUID | None]
    """The card whose page the mail links to. The address grants access: it is inserted on sending and never stored."""


class MailAllowance(PlatformRow):
    """Times of recent mails to a mailbox. The mailbox, or its domain, is stored as a keyed hash, one for each limit."""

    __tablename__ = "mail_allowances"

    recipient: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    sent_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    last_sent_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)


class PlatformMail(MailRow, PlatformRow):
    """A mail to a platform user, once for each occasion and recipient."""

    __tablename__ = "platform_mails"
    __table_args__ = (
        CheckConstraint(f"status IN {EMAIL_STATUSES}", name="status"),
        CheckConstraint(f"kind IN {EMAIL_KINDS}", name="kind"),
        UniqueConstraint("occasion", "recipient"),
        Index("ix_platform_mails_created_at", "created_at", "id"),
        Index("ix_platform_mails_status", "status", "created_at", "id"),
        Index("ix_platform_mails_template", "template_code", "created_at", "id"),
        Index("ix_platform_mails_recipient", "recipient_folded", "created_at", "id"),
        Index("ix_platform_mails_resend_of", "resend_of"),
        Index("ix_platform_mails_waiting", "available_at", postgresql_where=text(WAITING)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    occasion: Mapped[str | None] = mapped_column(Text)
    """The reason for the mail; None once the occasion is over, so that a recurrence is reported again."""


class SuppressedMailbox(PlatformRow):
    """A mailbox that gets no marketing, because a mail has bounced or was reported as spam. Stored as a keyed hash."""

    __tablename__ = "suppressed_mailboxes"

    recipient: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    reason: Mapped[str] = mapped_column(String(10))
    """The status of the mail: `bounced` or `complained`."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
