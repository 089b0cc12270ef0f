from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import CheckConstraint, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import CODE, TenantEntity, belongs_to, of_merchant

DELIVERY_STATES = ("waiting", "delivered", "failed")
DISABLED_REASONS = ("gone", "failing")
IS_WAITING = "state = 'waiting'"


class WebhookEndpoint(TenantEntity):
    """An address of the merchant's that is told about events."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        of_merchant(),
        CheckConstraint(f"disabled_because IN {DISABLED_REASONS}", name="disabled_because"),
        CheckConstraint("NOT (is_active AND disabled_because IS NOT NULL)", name="active"),
    )

    url: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    event_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_active: Mapped[bool] = mapped_column(default=True)
    """An inactive endpoint is told nothing, and nothing waits for it."""
    sealed_secret: Mapped[str] = mapped_column(Text)
    sealed_former_secret: Mapped[str | None] = mapped_column(Text)
    """Also signs, until `former_secret_ends_at`."""
    former_secret_ends_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    disabled_because: Mapped[str | None] = mapped_column(String(10))
    """Why Orion has made it inactive: `gone` (it answered 410), `failing` (for three days)."""
    disabled_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    failing_since: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """The first failure after the last success."""
    failure_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Failures since the last success."""
    paused_until: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """It is sent nothing before."""
    version: Mapped[int] = mapped_column(default=1)
    """Raised by each change of its settings, not by deliveries."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - never mutated


class WebhookDelivery(TenantEntity):
    """One event for one endpoint."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        belongs_to("webhook_endpoints", "endpoint_id", ondelete="CASCADE"),
        UniqueConstraint("merchant_id", "endpoint_id", "event_id"),
        CheckConstraint(f"state IN {DELIVERY_STATES}", name="state"),
        Index(
            "ix_webhook_deliveries_due", "merchant_id", "endpoint_id", "available_at", postgresql_where=text(IS_WAITING)
        ),
        Index(
            "ix_webhook_deliveries_order",
            *("merchant_id", "endpoint_id", "subject_id", "event_id"),
            postgresql_where=text(IS_WAITING),
        ),
        Index("ix_webhook_deliveries_list", "merchant_id", "endpoint_id", "created_at", "id"),
        Index("ix_webhook_deliveries_created_at", "merchant_id", "created_at"),
    )

    endpoint_id: Mapped[UUID]
    event_id: Mapped[UUID]
    """The `webhook-id`: the same in every attempt, and for every endpoint."""
    type: Mapped[str] = mapped_column(CODE)
    subject_id: Mapped[UUID | None]
    """The card or customer whose events are delivered in order; None for a test."""
    body: Mapped[str] = mapped_column(Text)
    """As it is sent, byte for byte."""
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Since it was queued or replayed, with the one at hand."""
    first_attempt_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    available_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """The worker takes it at this time at the earliest; a lease moves it into the future."""
    history: Mapped[list[dict[str, Any]]] = mapped_column(JsonB, default=list)
    """`DeliveryAttempt`s, oldest first; the last HISTORY_MAX of them."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    delivered_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
