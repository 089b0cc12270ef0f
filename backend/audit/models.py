from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow, TenantEntity, of_merchant


class AuditRow:
    """Who changed what, and how. Entries are never changed."""

    recorded_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    action: Mapped[str] = mapped_column(LABEL)
    """Subject and verb in the past tense, such as `reward.changed`."""
    user_name: Mapped[str] = mapped_column(LABEL)
    """As it was then."""
    before: Mapped[dict[str, Any]] = mapped_column(JsonB)
    """The former values of the fields that changed; empty for something new."""
    after: Mapped[dict[str, Any]] = mapped_column(JsonB)
    request_id: Mapped[str] = mapped_column(String(40))


class AuditEntry(AuditRow, TenantEntity):
    """A change of what a merchant has set up."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        of_merchant(),
        Index("ix_audit_entries_subject", "merchant_id", "subject_id", "id"),
        Index("ix_audit_entries_recorded_at", "merchant_id", "recorded_at", "id"),
    )

    subject_id: Mapped[UUID | None]
    """The changed row; None when the merchant has only one of its kind."""
    user_id: Mapped[UUID]
    on_behalf: Mapped[bool]
    """The user is a platform admin who acted for the merchant."""
    device_id: Mapped[UUID | None]


class PlatformAuditEntry(AuditRow, PlatformRow):
    """A change of what the platform has set up."""

    __tablename__ = "platform_audit_entries"
    __table_args__ = (
        Index("ix_platform_audit_entries_subject", "subject", "id"),
        Index("ix_platform_audit_entries_recorded_at", "recorded_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(LABEL)
    """What was changed: a category of settings, a template."""
    user_id: Mapped[UUID | None]
    """None: somebody at the command line."""
    reason: Mapped[str | None] = mapped_column(Text)
