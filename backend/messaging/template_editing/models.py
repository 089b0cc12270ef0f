"""The texts of emails that are in force in place of the declared ones, with their history."""

from datetime import datetime

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import LABEL, PlatformRow, TenantEntity, TenantRow, of_merchant

LANGUAGE = String(5)
HASH = String(64)


class EmailTemplate(PlatformRow):
    """The platform's text of a template in one language. Without a row the declared text is in force."""

    __tablename__ = "email_templates"

    code: Mapped[str] = mapped_column(LABEL, primary_key=True)
    language: Mapped[str] = mapped_column(LANGUAGE, primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    preheader: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    english_version: Mapped[int]
    """The version of the English text when this one was saved; its own for English."""
    default_hash: Mapped[str] = mapped_column(HASH)
    """The hash of the declared text when this one was saved. The text is edited when its own hash is another."""
    saved_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    saved_by: Mapped[str | None] = mapped_column(LABEL)
    """The user's name; None for a declared text."""


class EmailTemplateVersion(PlatformRow):
    """A text that is or was in force. Never changed."""

    __tablename__ = "email_template_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["code", "language"],
            ["email_templates.code", "email_templates.language"],
            name="fk_template_email_templates",
        ),
    )

    code: Mapped[str] = mapped_column(LABEL, primary_key=True)
    language: Mapped[str] = mapped_column(LANGUAGE, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    preheader: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    saved_by: Mapped[str | None] = mapped_column(LABEL)


class EmailTemplateOverride(TenantEntity):
    """What a merchant says in place of the platform. A field that is None is the platform's."""

    __tablename__ = "email_template_overrides"
    __table_args__ = (of_merchant(), UniqueConstraint("merchant_id", "code", "language"))

    code: Mapped[str] = mapped_column(LABEL)
    language: Mapped[str] = mapped_column(LANGUAGE)
    subject: Mapped[str | None] = mapped_column(Text)
    preheader: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int]
    platform_version: Mapped[int]
    """The version of the platform's text when this one was saved; 0 for the declared text."""
    saved_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    saved_by: Mapped[str | None] = mapped_column(LABEL)


class EmailTemplateOverrideVersion(TenantRow):
    """A merchant's text that is or was in force. Never changed."""

    __tablename__ = "email_template_override_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["merchant_id", "code", "language"],
            [
                "email_template_overrides.merchant_id",
                "email_template_overrides.code",
                "email_template_overrides.language",
            ],
            name="fk_template_email_template_overrides",
        ),
    )

    code: Mapped[str] = mapped_column(LABEL, primary_key=True)
    language: Mapped[str] = mapped_column(LANGUAGE, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str | None] = mapped_column(Text)
    preheader: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    saved_by: Mapped[str | None] = mapped_column(LABEL)
