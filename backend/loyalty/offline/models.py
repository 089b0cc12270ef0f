from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, belongs_to, of_member

OPERATION_STATES = ("received", "applied", "refused", "review", "booked", "dismissed")
KEY, REASON = String(128), String(20)


class DeviceOperation(TenantEntity):
    """What a tablet did offline: kept before it is judged, so that nothing it hands in is lost."""

    __tablename__ = "device_operations"
    __table_args__ = (
        UniqueConstraint("merchant_id", "device_id", "operation_id"),
        Index("ix_device_operations_received_at", "merchant_id", "received_at"),
        Index("ix_device_operations_local_ref", "merchant_id", "device_id", "local_ref"),
        Index(
            "ix_device_operations_waiting",
            "merchant_id",
            "received_at",
            "id",
            postgresql_where=text("state IN ('received', 'review')"),
        ),
        belongs_to("devices", "device_id"),
        belongs_to("stores", "store_id"),
        belongs_to("offline_grants", "grant_id"),
        of_member("user_id"),
        CheckConstraint(f"state IN {OPERATION_STATES}", name="state"),
        CheckConstraint("state <> 'review' OR reason IS NOT NULL", name="reason"),
        CheckConstraint("(state IN ('booked', 'dismissed')) = (decided_at IS NOT NULL)", name="decided_at"),
    )

    device_id: Mapped[UUID]
    store_id: Mapped[UUID]
    operation_id: Mapped[str] = mapped_column(KEY)
    """The tablet's own id; the idempotency key of its booking."""
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    batch_id: Mapped[UUID]
    """The first that had it."""
    seq: Mapped[int] = mapped_column(BigInteger)
    op: Mapped[str | None] = mapped_column(String(20))
    """None for what cannot be read."""
    grant_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    """Whose grant it was done under."""
    local_ref: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[dict[str, Any] | None] = mapped_column(JsonB)
    """As it was sent, opened where it was sealed; forgotten once it is booked or decided."""
    occurred_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """By the tablet's clock."""
    used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """By ours."""
    clock_offset_ms: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(REASON)
    """Why it waits, or waited, for a person."""
    status: Mapped[int | None] = mapped_column(SmallInteger)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JsonB)
    card_id: Mapped[UUID | None]
    transaction_id: Mapped[UUID | None]
    was_online: Mapped[bool] = mapped_column(default=False)
    """The same call had been booked online; its answer was lost."""
    decided_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    decided_by: Mapped[UUID | None]
    """Of the merchant's people; None for a platform admin, whom the audit names."""
    decision_reason: Mapped[str | None] = mapped_column(Text)

    @property
    def is_open(self) -> bool:
        return self.state in {"received", "review"}
