from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, TenantRow, belongs_to


class Reward(TenantEntity):
    __tablename__ = "rewards"
    __table_args__ = (
        belongs_to("programs", "program_id"),
        CheckConstraint("points_required > 0", name="points_required"),
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("limit_per_card > 0", name="limit_per_card"),
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
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class RewardStore(TenantRow):
    """A store at which the reward may be redeemed; a reward without any may be redeemed at all."""

    __tablename__ = "reward_stores"
    __table_args__ = (
        belongs_to("rewards", "reward_id", ondelete="CASCADE"),
        belongs_to("stores", "store_id", ondelete="CASCADE"),
    )

    reward_id: Mapped[UUID] = mapped_column(primary_key=True)
    store_id: Mapped[UUID] = mapped_column(primary_key=True)
