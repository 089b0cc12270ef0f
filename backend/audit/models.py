from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import LABEL, TenantEntity, of_merchant


class AuditEntry(TenantEntity):
    """Who changed what a merchant has set up, and how. Entries are never changed."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        of_merchant(),
        Index("ix_audit_entries_subject", "merchant_id", "subject_id", "id"),
        Index("ix_audit_entries_recorded_at", "merchant_id", "recorded_at", "id"),
    )

    recorded_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    action: Mapped[str] = mapped_column(LABEL)
    """Subject and verb in the past tense, such as `reward.changed`."""
    subject_id: Mapped[UUID | None]
    """The changed row; None when the merchant has only one of its kind."""
    user_id: Mapped[UUID]
    user_name: Mapped[str] = mapped_column(LABEL)
    """As it was then."""
    on_behalf: Mapped[bool]
    """The user is a platform admin who acted for the merchant."""
    device_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any]] = mapped_column(JsonB)
    """The former values of the fields that changed; empty for something new."""
    after: Mapped[dict[str, Any]] = mapped_column(JsonB)
    request_id: Mapped[str] = mapped_column(String(40))
