from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import LABEL, TenantEntity, TenantRow, belongs_to, of_merchant

PROGRAM_TYPES = ("stamps", "points", "hybrid")
EXPIRY_KINDS = ("none", "inactivity", "rolling", "end_of_period")
EXPIRY_PERIODS = ("month", "quarter", "year")
RETURN_POLICIES = ("within_balance", "debt")


class Program(TenantEntity):
    """The merchant's one program, shared by its stores."""

    __tablename__ = "programs"
    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id"),
        CheckConstraint(f"type IN {PROGRAM_TYPES}", name="type"),
        CheckConstraint("card_color ~ '^#[0-9A-Fa-f]{6}$'", name="card_color"),
        ForeignKeyConstraint(
            ["merchant_id", "id", "terms_version"],
            ["terms_versions.merchant_id", "terms_versions.program_id", "terms_versions.version"],
            name="fk_programs_terms_version",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
    )

    type: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(LABEL)
    card_name: Mapped[str] = mapped_column(LABEL)
    card_color: Mapped[str] = mapped_column(String(7))
    logo_url: Mapped[str | None] = mapped_column(Text)
    terms_text: Mapped[dict[str, str]] = mapped_column(JsonB)
    """By language."""
    terms_url: Mapped[str | None] = mapped_column(Text)
    privacy_url: Mapped[str | None] = mapped_column(Text)
    default_language: Mapped[str] = mapped_column(String(5))
    terms_version: Mapped[int]
    """The version in force."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class TermsVersion(TenantRow):
    """The rules as published. Never changed: a change is a new version, and every sale keeps its own."""

    __tablename__ = "terms_versions"
    __table_args__ = (
        belongs_to("programs", "program_id"),
        CheckConstraint("stamps_target BETWEEN 1 AND 50", name="stamps_target"),
        CheckConstraint(
            "points_numerator > 0 AND points_denominator > 0 AND points_numerator <= 100 * points_denominator",
            name="points_per_euro",
        ),
        CheckConstraint("minimum_purchase_cents >= 0", name="minimum_purchase_cents"),
        CheckConstraint("minimum_redemption_points >= 0", name="minimum_redemption_points"),
        CheckConstraint("welcome_bonus_points >= 0", name="welcome_bonus_points"),
        CheckConstraint("cooldown_minutes >= 0", name="cooldown_minutes"),
        CheckConstraint("max_daily_stamps BETWEEN 1 AND 100", name="max_daily_stamps"),
        CheckConstraint(f"expiry_kind IN {EXPIRY_KINDS}", name="expiry_kind"),
        CheckConstraint(
            "(expiry_kind IN ('inactivity', 'rolling')) = (expiry_days IS NOT NULL) "
            "AND (expiry_kind = 'end_of_period') = (expiry_period IS NOT NULL)",
            name="expiry",
        ),
        CheckConstraint(f"expiry_period IN {EXPIRY_PERIODS}", name="expiry_period"),
        CheckConstraint(f"return_policy IN {RETURN_POLICIES}", name="return_policy"),
    )

    program_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    points_numerator: Mapped[int] = mapped_column(default=1)
    """Points per euro as an exact fraction: 1/50 is a point for every 50 €."""
    points_denominator: Mapped[int] = mapped_column(default=1)
    minimum_purchase_cents: Mapped[int] = mapped_column(default=0)
    minimum_redemption_points: Mapped[int] = mapped_column(default=0)
    welcome_bonus_points: Mapped[int] = mapped_column(default=0)
    stamps_target: Mapped[int] = mapped_column(default=10)
    stamp_reward: Mapped[dict[str, str]] = mapped_column(JsonB)
    """By language."""
    stamp_reward_value_cents: Mapped[int] = mapped_column(default=0)
    """For analytics only."""
    cooldown_minutes: Mapped[int] = mapped_column(default=15)
    max_daily_stamps: Mapped[int] = mapped_column(default=5)
    expiry_kind: Mapped[str] = mapped_column(String(15), default="none")
    expiry_days: Mapped[int | None]
    expiry_period: Mapped[str | None] = mapped_column(String(10))
    return_policy: Mapped[str] = mapped_column(String(15), default="debt")
    published_at: Mapped[datetime] = mapped_column(DateTimeUTC)
