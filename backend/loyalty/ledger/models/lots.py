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
from backend.core.models import TenantEntity, TenantRow, belongs_to


class Lot(TenantEntity):
    """Points or stamps that came together and expire together."""

    __tablename__ = "lots"
    __table_args__ = (
        Index("ix_lots_open", "merchant_id", "card_id", postgresql_where=text("remaining > 0")),
        Index("ix_lots_transaction", "merchant_id", "transaction_id"),
        Index("ix_lots_due", "merchant_id", "expires_at", "card_id", postgresql_where=text("remaining > 0")),
        Index("ix_lots_from_lot", "merchant_id", "from_lot_id", postgresql_where=text("from_lot_id IS NOT NULL")),
        belongs_to("cards", "card_id"),
        belongs_to("transactions", "transaction_id"),
        belongs_to("lots", "from_lot_id"),
        CheckConstraint(f"unit IN {UNITS}", name="unit"),
        CheckConstraint("original > 0 AND remaining BETWEEN 0 AND original", name="remaining"),
    )

    card_id: Mapped[UUID]
    transaction_id: Mapped[UUID]
    """The transaction that granted it."""
    unit: Mapped[str] = mapped_column(String(6))
    original: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """Unspendable from this instant on."""
    idle_days: Mapped[int | None] = mapped_column(SmallInteger)
    """Expires this many days after the card's last activity instead, as the terms said when it was earned."""
    has_grace: Mapped[bool] = mapped_column(default=False)
    """It came back after its expiry once, with 14 days to spend it; it will not again."""
    from_lot_id: Mapped[UUID | None]
    """The lot it goes on with: of the other card when two were merged, or the one first granted of what is restored."""


class Allocation(TenantRow):
    """Which lot paid for what. Positive takes from the lot, negative gives back. Append-only."""

    __tablename__ = "allocations"
    __table_args__ = (
        Index("ix_allocations_lot", "merchant_id", "lot_id"),
        belongs_to("transactions", "transaction_id"),
        belongs_to("lots", "lot_id"),
        CheckConstraint("amount <> 0", name="amount"),
    )

    transaction_id: Mapped[UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[UUID] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
