from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import LABEL, TenantEntity, belongs_to


class FeatureOverride(TenantEntity):
    """A feature switched on or off for a merchant (no store) or for one store. Defaults are in `features.py`."""

    __tablename__ = "feature_overrides"
    __table_args__ = (
        UniqueConstraint("merchant_id", "feature", "store_id", postgresql_nulls_not_distinct=True),
        belongs_to("stores", "store_id"),
    )

    feature: Mapped[str] = mapped_column(LABEL)
    store_id: Mapped[UUID | None]
    is_enabled: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(LABEL)
    """The person's name, as it was then."""
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - never mutated
