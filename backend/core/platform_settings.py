"""Settings that the database may override, in force at once: one struct for each category."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec import Meta

from backend.core.mail_settings import MailSettings, check_mail
from environment.production import require_https
from environment.reading import decode, given_values
from environment.values import MailAddress, Moment, Name, Url

PerMinute = Annotated[int, Meta(ge=1, le=10_000)]
"""Requests a minute of one caller: a user, or the network of an anonymous client."""
IdleMinutes = Annotated[int, Meta(ge=5, le=43_200)]
Hour = Annotated[int, Meta(ge=0, le=23)]


class LimitSettings(msgspec.Struct, frozen=True, kw_only=True):
    enroll_per_minute: PerMinute = 10
    public_program_per_minute: PerMinute = 30
    card_page_per_minute: PerMinute = 60
    card_link_per_minute: PerMinute = 5
    sign_in_code_per_minute: PerMinute = 5
    """Codes that customers ask for or enter to sign in."""
    earn_per_minute: PerMinute = 60
    stamp_per_minute: PerMinute = 60
    redeem_per_minute: PerMinute = 60
    void_per_minute: PerMinute = 20
    adjust_per_minute: PerMinute = 20
    api_key_per_minute: PerMinute = 600
    """All requests of one API key together; the limits of single operations do not apply to it."""
    pin_unlock_per_minute: PerMinute = 10
    device_pair_per_minute: PerMinute = 5
    """Attempts to pair a tablet from one network."""
    device_per_minute: PerMinute = 360
    """All requests of one tablet together."""
    sign_in_per_minute: PerMinute = 10
    """Attempts of one known device, or of one network."""
    sign_in_per_account_and_network_per_minute: PerMinute = 5
    """Attempts of the unknown devices of one network for one account."""
    sign_in_per_account_per_minute: PerMinute = 20
    """Attempts of all unknown devices together for one account."""
    mails_per_mailbox_per_hour: Annotated[int, Meta(ge=1, le=1000)] = 4
    """Mails to one mailbox that anonymous callers may cause, over all merchants."""
    mails_per_mailbox_per_day: Annotated[int, Meta(ge=1, le=1000)] = 10
    all_mails_per_mailbox_per_day: Annotated[int, Meta(ge=1, le=1000)] = 30
    """Mails to one mailbox of any cause, over all merchants."""
    quiet_hours_begin: Hour = 21
    """Marketing emails wait from this hour until `quiet_hours_end`, where the merchant is. Equal hours: never."""
    quiet_hours_end: Hour = 8
    mail_tests_per_hour: Annotated[int, Meta(ge=1, le=1000)] = 5
    """Connection tests of one administrator."""


LimitSetting = Callable[[LimitSettings], int]
"""A limit as a setting: `lambda limits: limits.enroll_per_minute`."""


class PrivacySettings(msgspec.Struct, frozen=True, kw_only=True):
    email_log_days: Annotated[int, Meta(ge=1, le=3650)] = 90
    webhook_log_days: Annotated[int, Meta(ge=4, le=3650)] = 30
    """Longer than a delivery is tried."""
    stored_answers_days: Annotated[int, Meta(ge=4, le=3650)] = 30
    """Longer than a tablet stays offline. The key itself stays on its transaction for ever."""
    access_tokens_days: Annotated[int, Meta(ge=1, le=3650)] = 30
    """Counted from the token's expiry; also for customers' sign-ins."""
    task_runs_days: Annotated[int, Meta(ge=1, le=3650)] = 90
    previews_days: Annotated[int, Meta(ge=1, le=3650)] = 90


class BrandingSettings(msgspec.Struct, frozen=True, kw_only=True):
    platform_name: Name = "Orion"
    support_email: MailAddress = ""
    privacy_url: Url = ""
    imprint_url: Url = ""


class SecuritySettings(msgspec.Struct, frozen=True, kw_only=True):
    access_token_hours: Annotated[int, Meta(ge=1, le=720)] = 12
    """Lifetime of a sign-in: a long shift. Tokens are not renewed; a change applies to new sign-ins."""
    staff_idle_minutes: IdleMinutes = 720
    """A session of a merchant's people without a request for this long has ended."""
    platform_idle_minutes: IdleMinutes = 30
    """The same for administrators of the platform."""
    device_min_version_code: Annotated[int, Meta(ge=0, le=2_147_483_647)] = 0
    """Tablets with an older version of the app are refused until they are updated."""
    device_latest_version_code: Annotated[int, Meta(ge=0, le=2_147_483_647)] = 0
    """Tablets with an older version are told to update."""
    mail_test_private_hosts: bool = True
    """Whether the connection test may reach private and link-local addresses. Default in production: no."""


class MaintenanceSettings(msgspec.Struct, frozen=True, kw_only=True):
    maintenance_mode: Literal["off", "announced", "read_only"] = "off"
    maintenance_until: Moment = ""
    """When it is expected to end; empty: not known."""


class PlatformSettings(msgspec.Struct, frozen=True, kw_only=True):
    email: MailSettings = MailSettings()
    limits: LimitSettings = LimitSettings()
    privacy: PrivacySettings = PrivacySettings()
    branding: BrandingSettings = BrandingSettings()
    security: SecuritySettings = SecuritySettings()
    maintenance: MaintenanceSettings = MaintenanceSettings()


class EffectiveSettings(Protocol):
    """The settings in force at this moment."""

    @property
    def current(self) -> PlatformSettings: ...


CATEGORIES: dict[str, type[msgspec.Struct]] = {
    field.name: field.type for field in msgspec.structs.fields(PlatformSettings)
}
IN_PRODUCTION = {"mail_test_private_hosts": "false"}
"""Defaults that differ in production."""


def given_platform_values(environ: Mapping[str, str]) -> dict[str, str]:
    """Values of platform settings that the environment gives, by key."""
    return {key: value for kind in CATEGORIES.values() for key, value in given_values(kind, environ).items()}


def decode_platform(values: Mapping[str, str], *, is_production: bool) -> PlatformSettings:
    """Raises SettingsError for the first invalid value."""
    decoded = {name: decode_category(name, values, is_production=is_production) for name in CATEGORIES}
    return PlatformSettings(**decoded)


def decode_category(category: str, values: Mapping[str, str], *, is_production: bool) -> Any:
    """The category's struct, checked as a whole. Values of other categories are ignored. Raises SettingsError."""
    kind = CATEGORIES[category]
    own = {key: value for key, value in values.items() if key in kind.__struct_fields__}
    defaults = {key: value for key, value in IN_PRODUCTION.items() if is_production and key in kind.__struct_fields__}
    settings = decode(kind, defaults | own)
    if isinstance(settings, MailSettings):
        check_mail(settings, is_production=is_production)
    if is_production:
        require_https(settings, *(key for key in own if key.endswith("_url")))
    return settings
