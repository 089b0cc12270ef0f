from datetime import date, datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import CheckConstraint, Computed, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from backend.core.models import TenantEntity, TenantRow, belongs_to
from backend.loyalty.pictures.models import shows_picture

IS_KEPT = "archived_at IS NULL"


class Reward(TenantEntity):
    __tablename__ = "rewards"
    __table_args__ = (
        belongs_to("programs", "program_id"),
        shows_picture("picture"),
        CheckConstraint("points_required > 0", name="points_required"),
        CheckConstraint("value_cents >= 0", name="value_cents"),
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("limit_per_card > 0", name="limit_per_card"),
        CheckConstraint("ends_on >= starts_on", name="period"),
        Index("ix_rewards_picture", "merchant_id", "picture"),
        # For the clock, which looks for periods that begin or end, over all merchants.
        Index(
            "ix_rewards_beginning", "ends_on", postgresql_where=text(f"NOT is_on_passes AND is_active AND {IS_KEPT}")
        ),
        Index("ix_rewards_ending", "ends_on", postgresql_where=text(f"is_on_passes AND {IS_KEPT}")),
    )

    program_id: Mapped[UUID]
    name: Mapped[dict[str, str]] = mapped_column(JsonB)
    """By language."""
    description: Mapped[dict[str, str]] = mapped_column(JsonB)
    points_required: Mapped[int]
    value_cents: Mapped[int] = mapped_column(default=0)
    stock: Mapped[int | None]
    limit_per_card: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=1)
    """In the order in which rewards are offered; archived ones keep theirs. Equal ones are in order of id."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    """First and last day on which it is offered, where the merchant is."""
    picture: Mapped[str | None] = mapped_column(String(64))
    """The hash of a picture."""
    archived_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    search_text: Mapped[str] = mapped_column(
        Text, Computed("search_text(VARIADIC ARRAY[name, description])", persisted=True)
    )
    """Name and description in all languages, without case and accents."""
    is_on_passes: Mapped[bool] = mapped_column(default=True)
    """Whether it was offered when passes were last updated; see `offered.py`."""
    version: Mapped[int] = mapped_column(default=1)
    """Raised by each change of the row, but not by sales that change its stock, and not by a move."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC)

    stores: Mapped[list["RewardStore"]] = relationship(lazy="selectin", cascade="all, delete-orphan")
    state: Mapped[str] = query_expression()
    """A `RewardStatus`, as the SQL function `reward_state` decides; set by the reads of `RewardRepository`."""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - never mutated


class RewardStore(TenantRow):
    """A store at which the reward can be redeemed. A reward without rows can be redeemed at every store."""

    __tablename__ = "reward_stores"
    __table_args__ = (
        belongs_to("rewards", "reward_id", ondelete="CASCADE"),
        belongs_to("stores", "store_id", ondelete="CASCADE"),
    )

    reward_id: Mapped[UUID] = mapped_column(primary_key=True)
    store_id: Mapped[UUID] = mapped_column(primary_key=True)
