from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import LABEL, PlatformRow

CATEGORY = String(40)


class SettingOverride(PlatformRow):
    """A value that replaces that of the environment. A secret's is sealed."""

    __tablename__ = "setting_overrides"
    __table_args__ = (CheckConstraint("num_nonnulls(value, sealed_value) = 1", name="value"),)

    key: Mapped[str] = mapped_column(LABEL, primary_key=True)
    category: Mapped[str] = mapped_column(CATEGORY)
    value: Mapped[str | None] = mapped_column(Text)
    """As an environment variable has it."""
    sealed_value: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    updated_by: Mapped[UUID | None]
    """None: somebody at the command line."""
    updated_by_name: Mapped[str] = mapped_column(LABEL)


class SettingVersion(PlatformRow):
    """The version of a category. Saves lock it, and processes read it to learn of changes."""

    __tablename__ = "setting_versions"

    category: Mapped[str] = mapped_column(CATEGORY, primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    updated_by_name: Mapped[str | None] = mapped_column(LABEL)
