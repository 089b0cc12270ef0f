from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, TenantRow, belongs_to, of_member

CARD_STATES = ("active", "deactivated", "merged", "erased")
IN_USE = text("state IN ('active', 'deactivated')")
"""Words, not parameters: PostgreSQL finds a partial index only when it can read the condition."""
NOT_ACTIVE = text("state <> 'active'")
IS_MERGED = text("merged_into_id IS NOT NULL")


class Card(TenantEntity):
    """A customer's card. Balances are the ledger's after `last_seq`; every booking proves `version` unchanged."""

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("merchant_id", "code"),
        # One card per customer and merchant, or per store when the merchant keeps its stores apart.
        Index(
            "uq_cards_customer_scope",
            "merchant_id",
            "customer_id",
            "scope_store_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=IN_USE,
        ),
        belongs_to("customers", "customer_id"),
        belongs_to("programs", "program_id"),
        belongs_to("stores", "store_id"),
        belongs_to("stores", "scope_store_id"),
        belongs_to("cards", "merged_into_id"),
        Index("ix_cards_idle", "merchant_id", "last_activity_at", "id", postgresql_where=text("points_balance > 0")),
        Index("ix_cards_merged_into", "merchant_id", "merged_into_id", postgresql_where=IS_MERGED),
        # Lists: of a merchant, of a store, of the few cards that are not in use, of a customer.
        Index("ix_cards_enrolled_at", "merchant_id", "enrolled_at", "id"),
        Index("ix_cards_store", "merchant_id", "store_id", "enrolled_at", "id"),
        Index("ix_cards_state", "merchant_id", "state", "enrolled_at", "id", postgresql_where=NOT_ACTIVE),
        Index("ix_cards_customer", "merchant_id", "customer_id"),
        CheckConstraint(f"state IN {CARD_STATES}", name="state"),
        CheckConstraint("(state = 'erased') = (customer_id IS NULL)", name="customer"),
        CheckConstraint("(state = 'erased') = (erased_at IS NOT NULL)", name="erased_at"),
        CheckConstraint("scope_store_id IS NULL OR scope_store_id = store_id", name="scope_store"),
        CheckConstraint("points_balance >= 0", name="points_balance"),
        CheckConstraint("stamp_count >= 0", name="stamp_count"),
        CheckConstraint("debt_points >= 0", name="debt_points"),
        # Below zero: sales were returned whose fractions had completed points of sales that stay.
        # One or more: two cards were merged; the next sale gives the point.
        CheckConstraint("carry_denominator > 0", name="carry"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into"),
    )

    code: Mapped[str] = mapped_column(String(16))
    customer_id: Mapped[UUID | None]
    program_id: Mapped[UUID]
    store_id: Mapped[UUID]
    """Where the customer enrolled."""
    scope_store_id: Mapped[UUID | None]
    """The only store the card works at; None: every store of the merchant."""
    state: Mapped[str] = mapped_column(String(15), default="active")
    points_balance: Mapped[int] = mapped_column(BigInteger, default=0)
    debt_points: Mapped[int] = mapped_column(BigInteger, default=0)
    stamp_count: Mapped[int] = mapped_column(default=0)
    carry_numerator: Mapped[int] = mapped_column(BigInteger, default=0)
    """The fraction of a point past sales have earned beyond the whole points booked."""
    carry_denominator: Mapped[int] = mapped_column(BigInteger, default=1)
    last_seq: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    wallet_version: Mapped[int] = mapped_column(BigInteger, default=0)
    """Rises with every change a wallet pass shows."""
    page_version: Mapped[int] = mapped_column(default=0)
    """Part of the card page's address: raising it makes every old address useless."""
    merged_into_id: Mapped[UUID | None]
    """The card that goes on in its place."""
    last_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The digest of its newest transaction."""
    frozen_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """Since then an audit doubts its history: nothing can be redeemed until a person has looked."""
    erased_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    warned_until: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """The end of points its holder was warned of last."""
    enrolled_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    last_activity_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class RetiredCode(TenantRow):
    """A card code that is refused since its card got a new one."""

    __tablename__ = "retired_codes"
    __table_args__ = (
        Index("ix_retired_codes_card", "merchant_id", "card_id"),
        belongs_to("cards", "card_id"),
        of_member("user_id"),
    )

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    card_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    on_behalf_user_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(Text)
    retired_at: Mapped[datetime] = mapped_column(DateTimeUTC)
