from uuid import UUID

from advanced_alchemy.types import JsonB
from sqlalchemy import CheckConstraint, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, belongs_to


class Category(TenantEntity):
    """What was bought, as the store sorts it. At most ten per store: positions 1 to 10."""

    __tablename__ = "categories"
    __table_args__ = (
        belongs_to("stores", "store_id"),
        UniqueConstraint("merchant_id", "store_id", "position"),
        CheckConstraint("position BETWEEN 1 AND 10", name="position"),
    )

    store_id: Mapped[UUID]
    name: Mapped[dict[str, str]] = mapped_column(JsonB)
    """By language."""
    position: Mapped[int] = mapped_column(SmallInteger)
    is_active: Mapped[bool] = mapped_column(default=True)
