from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, belongs_to, of_member


class CardMerge(TenantEntity):
    """Two cards of one person became one. Can be undone for 30 days."""

    __tablename__ = "card_merges"
    __table_args__ = (
        Index("ix_card_merges_kept", "merchant_id", "kept_card_id"),
        Index("ix_card_merges_merged", "merchant_id", "merged_card_id"),
        belongs_to("cards", "merged_card_id"),
        belongs_to("cards", "kept_card_id"),
        of_member("user_id"),
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
