from uuid import UUID

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
