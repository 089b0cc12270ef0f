from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.enums import TRANSACTION_KINDS, UNITS
from backend.core.models import TenantEntity, TenantRow, belongs_to, of_member


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
        Index("ix_transactions_voids_id", "merchant_id", "voids_id", postgresql_where=text("voids_id IS NOT NULL")),
        Index(
            "ix_transactions_reward",
            "merchant_id",
            "card_id",
            "reward_id",
            postgresql_where=text("reward_id IS NOT NULL"),
        ),
        Index("ix_transactions_store", "merchant_id", "store_id", "recorded_at", "id"),
        Index(
            "ix_transactions_user",
            "merchant_id",
            "user_id",
            "recorded_at",
            postgresql_where=text("user_id IS NOT NULL"),
        ),
        Index(
            "ix_transactions_device",
            "merchant_id",
            "device_id",
            "recorded_at",
            postgresql_where=text("device_id IS NOT NULL"),
        ),
        belongs_to("cards", "card_id"),
        belongs_to("stores", "store_id"),
        of_member("user_id"),
        belongs_to("staff_pins", "staff_pin_id"),
        belongs_to("rewards", "reward_id"),
        belongs_to("transactions", "voids_id"),
        belongs_to("holds", "hold_id"),
        of_member("override_user_id"),
        ForeignKeyConstraint(
            ["merchant_id", "program_id", "terms_version"],
            ["terms_versions.merchant_id", "terms_versions.program_id", "terms_versions.version"],
        ),
        CheckConstraint(f"kind IN {TRANSACTION_KINDS}", name="kind"),
        CheckConstraint(f"unit IN {UNITS}", name="unit"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint(
            "amount <> 0 OR kind IN "
            "('enrolled', 'earned', 'voided', 'reinstated', 'expired', 'transferred', 'deactivated', 'reactivated')",
            name="amount",
        ),
        CheckConstraint("points_after >= 0 AND stamps_after >= 0 AND debt_after >= 0", name="balances_after"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("reversed_points IS NULL OR (reversed_points >= 0 AND voids_id IS NOT NULL)", name="reversed"),
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
    sign_in_id: Mapped[UUID | None]
    """Which sign-in booked it: for a moment it may undo it. The sign-in itself is forgotten when it ends."""
    on_behalf_user_id: Mapped[UUID | None]
    """The platform admin who acted for the merchant."""
    program_id: Mapped[UUID]
    terms_version: Mapped[int]
    purchase_amount_cents: Mapped[int | None] = mapped_column(BigInteger)
    """Of a sale: what was paid. Of its void: how much of that was returned. Never negative."""
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
    quantity: Mapped[int | None] = mapped_column(SmallInteger)
    """How many pieces of a reward, or full stamp cards, were handed over or came back."""
    reversed_points: Mapped[int | None] = mapped_column(BigInteger)
    """Of the sale's own points, how many this void has settled: taken back, owed, forgiven, or expired before."""
    hold_id: Mapped[UUID | None]
    """The hold this redemption confirmed."""
    override_user_id: Mapped[UUID | None]
    """Who overrode a limit for this booking."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 over the digest before it and this line: a history that was tampered with no longer matches."""


class OrderReference(TenantRow):
    """The number of a receipt, as its booking has it; free for another booking once that is taken back whole."""

    __tablename__ = "order_references"
    __table_args__ = (
        Index(
            "uq_order_references_live",
            "merchant_id",
            "store_id",
            "kind",
            "folded",
            unique=True,
            postgresql_where=text("is_live"),
        ),
        Index("ix_order_references_folded", "merchant_id", "folded"),
        belongs_to("transactions", "transaction_id"),
        belongs_to("stores", "store_id"),
    )

    transaction_id: Mapped[UUID] = mapped_column(primary_key=True)
    store_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(15))
    folded: Mapped[str] = mapped_column(Text)
    """As `fold_reference` gives it: without case, blanks, dashes and number signs."""
    is_live: Mapped[bool]
    """Its booking stands, or a part of it."""


class TransactionCategory(TenantRow):
    __tablename__ = "transaction_categories"
    __table_args__ = (belongs_to("transactions", "transaction_id"), belongs_to("categories", "category_id"))

    transaction_id: Mapped[UUID] = mapped_column(primary_key=True)
    category_id: Mapped[UUID] = mapped_column(primary_key=True)
