"""Settings as the API shows and takes them. A secret's value is never shown."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from backend.core.enums import MaintenanceMode
from backend.core.schemas import ONE_LINE, Answer, Body

SettingValue = str | int | bool
SettingKind = Literal["text", "number", "boolean", "choice", "moment"]
SettingSource = Literal["database", "environment", "default"]
VALUE_MAX = 20_000
"""More than any setting takes, so that the setting itself says what is too long."""


class HiddenValue(Answer):
    """What would be in force without the value in the database."""

    source: SettingSource
    """Where the value comes from: `environment` or `default`."""
    value: SettingValue | None
    """The value. Null for a secret."""
    is_set: bool
    """True when the value is not empty."""


class SettingView(Answer):
    """A setting of the platform. The value of a secret is never shown."""

    key: str
    """Stable key of the setting, such as `smtp_host`."""
    category: str
    """Category to which the setting belongs."""
    kind: SettingKind
    """Type of the value: `text`, `number`, `boolean`, one of `choices` (`choice`), or a time (`moment`)."""
    choices: list[str]
    """The values of a choice; empty for other kinds."""
    least: int | None
    """Lowest value of a number. Null: without a bound."""
    most: int | None
    """Highest value of a number. Null: without a bound."""
    may_be_empty: bool
    """True when an empty text is valid."""
    value: SettingValue | None
    """The value in force. Null for a secret."""
    is_set: bool
    """True when the value is not empty."""
    default: SettingValue | None
    """The value without database and environment. Null for a secret."""
    environment_value: SettingValue | None
    """The value of the environment. Null when it gives none, and for a secret."""
    is_in_environment: bool
    """True when the environment gives a value."""
    env_name: str
    """Name of the environment variable."""
    source: SettingSource
    """Where the value in force comes from: `database`, `environment` or `default`."""
    is_overridable: bool
    """False when only the environment can set it."""
    is_secret: bool
    """True when the value is never shown."""
    needs_restart: bool
    """True when a change is in force after a restart only."""
    updated_at: datetime | None
    """When the value in the database was saved (UTC). Null without one."""
    updated_by: str | None
    """Name of the person who saved it. Null without one."""
    overrides: list[HiddenValue]
    """What the value in the database hides. Empty unless `source` is `database`."""
    ignored: str | None
    """Code of the reason why the value in the database is not used. Null when it is, or when there is none."""
    ignored_reason: str | None
    """That reason in the reader's language. Null when there is none."""


class SettingCategory(Answer):
    """The settings of one category. The `ETag` is the version in quotes."""

    category: str
    """Stable name of the category, such as `email`."""
    is_overridable: bool
    """False when only the environment sets its settings."""
    version: int
    """Version of the category: send it in quotes as `If-Match` to save settings."""
    updated_at: datetime | None
    """When somebody last saved or reset a setting of the category (UTC). Null before that."""
    updated_by: str | None
    """Name of that person. Null before that."""
    settings: list[SettingView]
    """The settings of the category."""


class SettingsOverview(Answer):
    """All settings of the platform."""

    categories: list[SettingCategory]
    """The categories with their settings."""


class SettingsChange(Body):
    """Settings to save together."""

    values: dict[str, Annotated[str, Meta(max_length=VALUE_MAX)] | int | bool | None]
    """New values by key; null resets a setting to the environment. Other settings stay as they are."""
    reason: Annotated[str, Meta(max_length=300, pattern=ONE_LINE, extra={"format": "line"})] | None = None
    """Kept in the audit entry, which is never deleted. It must not name customers. Null: none."""


class SettingDifference(Answer):
    """A setting whose value or source a change would alter. The values of a secret are null."""

    key: str
    """Stable key of the setting."""
    is_secret: bool
    """True when its values are not shown."""
    before: SettingValue | None
    """The value in force now. Null for a secret."""
    before_source: SettingSource
    """Where that value comes from."""
    after: SettingValue | None
    """The value that would be in force. Null for a secret."""
    after_source: SettingSource
    """Where that value would come from."""


class BrandingView(Answer):
    """What the platform is called, and where its legal pages are."""

    platform_name: str = "Orion"
    """Name of the platform, for titles and emails."""
    support_email: str = ""
    """Address of the platform's support. Empty: none."""
    privacy_url: str = ""
    """Address of the platform's privacy statement. Empty: none."""
    imprint_url: str = ""
    """Address of the platform's imprint. Empty: none."""
    maintenance_mode: MaintenanceMode = "off"
    """`announced`: it will be. `read_only`: everything can be seen, and nothing changed."""
    maintenance_until: datetime | None = None
    """When it is expected to end. Null: not known."""


class SettingsPreview(Answer):
    """What saving would change. Nothing is saved."""

    version: int
    """Version of the category for which this holds."""
    differences: list[SettingDifference]
    """Settings that would change; empty for none."""
