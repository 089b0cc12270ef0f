"""Settings as the API shows and takes them. A secret's value is never shown."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from backend.core.schemas import ONE_LINE, Answer, Body

SettingValue = str | int | bool
SettingKind = Literal["text", "number", "boolean", "choice"]
SettingSource = Literal["database", "environment", "default"]
VALUE_MAX = 20_000
"""More than any setting takes, so that the setting itself says what is too long."""


class HiddenValue(Answer):
    """What would be in force without the value in the database."""

    source: SettingSource
    value: SettingValue | None
    """None for a secret."""
    is_set: bool


class SettingView(Answer):
    key: str
    category: str
    kind: SettingKind
    choices: list[str]
    """The values of a choice."""
    least: int | None
    most: int | None
    """Bounds of a number."""
    may_be_empty: bool
    value: SettingValue | None
    """The value in force; None for a secret."""
    is_set: bool
    """Whether the value is not empty."""
    default: SettingValue | None
    environment_value: SettingValue | None
    """None when the environment gives none, and for a secret."""
    is_in_environment: bool
    env_name: str
    source: SettingSource
    is_overridable: bool
    """False: only the environment sets it."""
    is_secret: bool
    needs_restart: bool
    updated_at: datetime | None
    """When the value in the database was saved; None without one."""
    updated_by: str | None
    overrides: list[HiddenValue]
    """What the value in the database hides; empty unless the source is the database."""
    ignored: str | None
    """Code of the reason why the value in the database is not used; None when it is, or when there is none."""
    ignored_reason: str | None
    """The reason in the reader's language."""


class SettingCategory(Answer):
    category: str
    is_overridable: bool
    version: int
    updated_at: datetime | None
    """When somebody last saved or reset a setting of the category."""
    updated_by: str | None
    settings: list[SettingView]


class SettingsOverview(Answer):
    categories: list[SettingCategory]


class SettingsChange(Body):
    values: dict[str, Annotated[str, Meta(max_length=VALUE_MAX)] | int | bool | None]
    """New values by key; null resets a setting to the environment. Other settings stay as they are."""
    reason: Annotated[str, Meta(max_length=300, pattern=ONE_LINE, extra={"format": "line"})] | None = None
    """Kept in the audit entry, which is never deleted: it must not name customers."""


class SettingDifference(Answer):
    """A setting whose value or source a change would alter. A secret's values are None."""

    key: str
    is_secret: bool
    before: SettingValue | None
    before_source: SettingSource
    after: SettingValue | None
    after_source: SettingSource


class BrandingView(Answer):
    platform_name: str = "Orion"
    support_email: str = ""
    privacy_url: str = ""
    imprint_url: str = ""


class SettingsPreview(Answer):
    version: int
    differences: list[SettingDifference]
