from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, TenantRow, belongs_to

UNITS = ("points", "stamps")
KINDS = (
    "enrolled",
    "welcome_bonus",
    "earned",
    "redeemed",
    "voided",
    "adjusted",
    "expired",
    "restored",
    "transferred",
    "deactivated",
    "reactivated",
)


class Transaction(TenantEntity):
    """One line of a card's history. Append-only: the application may insert and read, nothing else."""

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("merchant_id", "card_id", "seq"),
        Index(
            "uq_transactions_idempotency_key",
            "merchant_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
        Index(
            "uq_transactions_order_reference",
            "merchant_id",
            "store_id",
            "kind",
            "order_reference",
            unique=True,
            postgresql_where=text("order_reference IS NOT NULL"),
        ),
        Index(
            "uq_transactions_voids_id",
            "merchant_id",
            "voids_id",
            unique=True,
            postgresql_where=text("voids_id IS NOT NULL"),
        ),
        Index("ix_transactions_store", "merchant_id", "store_id", "recorded_at", "id"),
        belongs_to("cards", "card_id"),
        belongs_to("stores", "store_id"),
        belongs_to("users", "user_id"),
        belongs_to("staff_pins", "staff_pin_id"),
        belongs_to("rewards", "reward_id"),
        belongs_to("transactions", "voids_id"),
        ForeignKeyConstraint(
            ["merchant_id", "program_id", "terms_version"],
            ["terms_versions.merchant_id", "terms_versions.program_id", "terms_versions.version"],
        ),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"unit IN {UNITS}", name="unit"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint(
            "amount <> 0 OR kind IN ('enrolled', 'earned', 'voided', 'expired', 'deactivated', 'reactivated')",
            name="amount",
        ),
        CheckConstraint("points_after >= 0 AND stamps_after >= 0 AND debt_after >= 0", name="balances_after"),
    )

    card_id: Mapped[UUID]
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(15))
    unit: Mapped[str] = mapped_column(String(6))
    amount: Mapped[int] = mapped_column(BigInteger)
    """Signed. The sum over a card is its balance less its debt."""
    points_after: Mapped[int] = mapped_column(BigInteger)
    stamps_after: Mapped[int]
    debt_after: Mapped[int] = mapped_column(BigInteger)
    store_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    staff_pin_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    on_behalf_user_id: Mapped[UUID | None]
    """The platform admin who acted for the merchant."""
    program_id: Mapped[UUID]
    terms_version: Mapped[int]
    purchase_amount_cents: Mapped[int | None] = mapped_column(BigInteger)
    order_reference: Mapped[str | None] = mapped_column(String(100))
    reward_id: Mapped[UUID | None]
    voids_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    idempotency_key: Mapped[str | None] = mapped_column(String(128))
    occurred_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """When it happened, by the device's clock when it was offline."""
    recorded_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    ip: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str | None] = mapped_column(String(300))


class TransactionCategory(TenantRow):
    __tablename__ = "transaction_categories"
    __table_args__ = (belongs_to("transactions", "transaction_id"), belongs_to("categories", "category_id"))

    transaction_id: Mapped[UUID] = mapped_column(primary_key=True)
    category_id: Mapped[UUID] = mapped_column(primary_key=True)


class Lot(TenantEntity):
    """Points or stamps that came together and expire together."""

    __tablename__ = "lots"
    __table_args__ = (
        Index("ix_lots_open", "merchant_id", "card_id", postgresql_where=text("remaining > 0")),
        Index("ix_lots_transaction", "merchant_id", "transaction_id"),
        belongs_to("cards", "card_id"),
        belongs_to("transactions", "transaction_id"),
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
