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
from sqlalchemy.dialects.postgresql import ARRAY, INET
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, TenantRow, belongs_to, of_merchant

UNITS = ("points", "stamps")
HOLD_STATES = ("reserved", "confirmed", "released", "timed_out")
LIMIT_SCOPES = ("card", "staff_pin", "device", "store")
LIMIT_MEASURES = ("earns", "points_earned", "stamps", "redemptions", "points_redeemed")
KINDS = (
    "enrolled",
    "welcome_bonus",
    "earned",
    "redeemed",
    "voided",
    "reinstated",
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
        belongs_to("users", "user_id"),
        belongs_to("staff_pins", "staff_pin_id"),
        belongs_to("rewards", "reward_id"),
        belongs_to("transactions", "voids_id"),
        belongs_to("holds", "hold_id"),
        belongs_to("users", "override_user_id"),
        ForeignKeyConstraint(
            ["merchant_id", "program_id", "terms_version"],
            ["terms_versions.merchant_id", "terms_versions.program_id", "terms_versions.version"],
        ),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
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


class Hold(TenantEntity):
    """Points or stamps held for a reward until it is confirmed or released: nothing else is paid from them."""

    __tablename__ = "holds"
    __table_args__ = (
        Index("ix_holds_card", "merchant_id", "card_id", "reserved_at"),
        Index("ix_holds_due", "merchant_id", "expires_at", postgresql_where=text("state = 'reserved'")),
        belongs_to("cards", "card_id"),
        belongs_to("stores", "store_id"),
        belongs_to("rewards", "reward_id"),
        belongs_to("users", "user_id"),
        CheckConstraint(f"state IN {HOLD_STATES}", name="state"),
        CheckConstraint(f"unit IN {UNITS}", name="unit"),
        CheckConstraint("amount > 0 AND quantity > 0", name="amount"),
        CheckConstraint("(state = 'reserved') = (settled_at IS NULL)", name="settled_at"),
    )

    card_id: Mapped[UUID]
    store_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    reward_id: Mapped[UUID | None]
    """None: the full stamp card."""
    unit: Mapped[str] = mapped_column(String(6))
    amount: Mapped[int] = mapped_column(BigInteger)
    """Points or stamps held, for all pieces together."""
    quantity: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10))
    reserved_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """From this instant on it holds nothing, whether or not that has been booked."""
    settled_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)


class FraudLimit(TenantEntity):
    """At most so much of something within so many minutes, for each card, PIN, device or store."""

    __tablename__ = "fraud_limits"
    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id", "scope", "measure", "window_minutes"),
        CheckConstraint(f"scope IN {LIMIT_SCOPES}", name="scope"),
        CheckConstraint(f"measure IN {LIMIT_MEASURES}", name="measure"),
        CheckConstraint("window_minutes BETWEEN 1 AND 44640", name="window_minutes"),
        CheckConstraint("maximum >= 0", name="maximum"),
    )

    scope: Mapped[str] = mapped_column(String(10))
    measure: Mapped[str] = mapped_column(String(15))
    window_minutes: Mapped[int]
    """At most 31 days."""
    maximum: Mapped[int] = mapped_column(BigInteger)


class CardMerge(TenantEntity):
    """Two cards of one person became one. Can be undone for 30 days."""

    __tablename__ = "card_merges"
    __table_args__ = (
        Index("ix_card_merges_kept", "merchant_id", "kept_card_id"),
        Index("ix_card_merges_merged", "merchant_id", "merged_card_id"),
        belongs_to("cards", "merged_card_id"),
        belongs_to("cards", "kept_card_id"),
        belongs_to("users", "user_id"),
        CheckConstraint("merged_card_id <> kept_card_id", name="two_cards"),
        CheckConstraint("debt_points >= 0", name="debt_points"),
    )

    merged_card_id: Mapped[UUID]
    kept_card_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    on_behalf_user_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(Text)
    debt_points: Mapped[int] = mapped_column(BigInteger)
    """Owed on the merged card, taken over by the kept one."""
    carry_numerator: Mapped[int] = mapped_column(BigInteger)
    carry_denominator: Mapped[int] = mapped_column(BigInteger)
    """The fraction of a point taken over with it."""
    merged_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    reversible_until: Mapped[datetime] = mapped_column(DateTimeUTC)
    reversed_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    shared: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """What the kept card's holder had not told, and the merged one's had: names of columns."""


class RetiredCode(TenantRow):
    """A card code that is refused since its card got a new one."""

    __tablename__ = "retired_codes"
    __table_args__ = (
        Index("ix_retired_codes_card", "merchant_id", "card_id"),
        belongs_to("cards", "card_id"),
        belongs_to("users", "user_id"),
    )

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    card_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    on_behalf_user_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(Text)
    retired_at: Mapped[datetime] = mapped_column(DateTimeUTC)
