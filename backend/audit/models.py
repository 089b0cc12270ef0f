from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    FetchedValue,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow, TenantEntity, TenantRow, of_merchant


class AuditRow:
    """Who changed what, and how. Entries are never changed.

    The database numbers each entry, chains it to the one before and keeps the head of the chain, for every
    application writes into `seq`, `previous_digest` and `digest`.
    """

    seq: Mapped[int] = mapped_column(BigInteger, FetchedValue())
    """From 1, without a gap, in the order of the commits."""
    recorded_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    action: Mapped[str] = mapped_column(LABEL)
    """Subject and verb in the past tense, such as `reward.changed`."""
    user_id: Mapped[UUID | None]
    """None: somebody at the command line."""
    user_name: Mapped[str] = mapped_column(LABEL)
    """As it was then."""
    sign_in_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    """As the person entered it; not about a customer."""
    before: Mapped[dict[str, Any]] = mapped_column(JsonB)
    """The former values of the fields that changed; empty for something new."""
    after: Mapped[dict[str, Any]] = mapped_column(JsonB)
    request_id: Mapped[str] = mapped_column(String(40))
    previous_digest: Mapped[bytes | None] = mapped_column(LargeBinary, FetchedValue())
    """Of the entry before; None for the first."""
    digest: Mapped[bytes] = mapped_column(LargeBinary, FetchedValue())


class AuditEntry(AuditRow, TenantEntity):
    """A change of what a merchant has set up."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id", "seq"),
        Index("ix_audit_entries_recorded_at", "merchant_id", "recorded_at", "id"),
        Index("ix_audit_entries_subject", "merchant_id", "subject_id", "recorded_at", "id"),
        Index("ix_audit_entries_user", "merchant_id", "user_id", "recorded_at", "id"),
        Index("ix_audit_entries_action", "merchant_id", "action", "recorded_at", "id"),
    )

    subject_id: Mapped[UUID | None]
    """The changed row; None when the merchant has only one of its kind."""
    on_behalf: Mapped[bool]
    """The user is a platform admin who acted for the merchant."""


class PlatformAuditEntry(AuditRow, PlatformRow):
    """A change of what the platform has set up."""

    __tablename__ = "platform_audit_entries"
    __table_args__ = (
        UniqueConstraint("seq"),
        Index("ix_platform_audit_entries_recorded_at", "recorded_at", "id"),
        Index("ix_platform_audit_entries_subject", "subject", "recorded_at", "id"),
        Index("ix_platform_audit_entries_user", "user_id", "recorded_at", "id"),
        Index("ix_platform_audit_entries_action", "action", "recorded_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(LABEL)
    """What was changed: a category of settings, a template."""


AnyEntry = AuditEntry | PlatformAuditEntry


def subject_of(entry: AnyEntry) -> str | None:
    """An id of a merchant's chain; a name or an id of the platform's."""
    subject = entry.subject_id if isinstance(entry, AuditEntry) else entry.subject
    return str(subject) if subject is not None else None


class ChainHead:
    """The end of a chain of entries, kept apart so that entries cannot vanish from it, and its last verification.

    Triggers write `seq` and `digest`. The application may write the others only.
    """

    seq: Mapped[int] = mapped_column(BigInteger)
    """How many entries the chain has."""
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Of the last entry."""
    checked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    checked_seq: Mapped[int | None] = mapped_column(BigInteger)
    """The last entry that was found intact, with all before it."""
    checked_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    fault: Mapped[str | None] = mapped_column(String(20))
    """What the last verification has found, and at which entry; None: nothing."""
    faulty_seq: Mapped[int | None] = mapped_column(BigInteger)


class AuditHead(ChainHead, TenantRow):
    __tablename__ = "audit_heads"
    __table_args__ = (of_merchant(),)


class PlatformAuditHead(ChainHead, PlatformRow):
    """One row."""

    __tablename__ = "platform_audit_heads"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
