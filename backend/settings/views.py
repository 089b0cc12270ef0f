"""Settings as the API shows them."""

from collections.abc import Mapping

from backend.core.platform_settings import CATEGORIES
from backend.settings.messages import reason_of
from backend.settings.models import SettingVersion
from backend.settings.resolver import Environment, ResolvedSetting, StoredSetting, resolve
from backend.settings.schemas import (
    HiddenValue,
    SettingCategory,
    SettingDifference,
    SettingSource,
    SettingValue,
    SettingView,
)


def category_view(
    category: str,
    environment: Environment,
    overrides: Mapping[str, StoredSetting],
    version: SettingVersion | None,
    language: str,
) -> SettingCategory:
    resolved = resolve(category, environment, overrides)
    return SettingCategory(
        category=category,
        is_overridable=category in CATEGORIES,
        version=version.version if version else 0,
        updated_at=version.updated_at if version else None,
        updated_by=version.updated_by_name if version else None,
        settings=[setting_view(each, language) for each in resolved.settings.values()],
    )


def setting_view(resolved: ResolvedSetting, language: str) -> SettingView:
    setting, override = resolved.setting, resolved.override
    least, most = setting.bounds
    shows = not setting.is_secret
    return SettingView(
        key=setting.key,
        category=setting.category,
        kind=setting.kind,
        choices=setting.choices,
        least=least,
        most=most,
        may_be_empty=setting.may_be_empty,
        value=resolved.value if shows else None,
        is_set=resolved.value != "",
        default=resolved.default if shows else None,
        environment_value=resolved.environment_value if shows else None,
        is_in_environment=resolved.environment_value is not None,
        env_name=setting.env_name,
        source=resolved.source,
        is_overridable=setting.is_overridable,
        is_secret=setting.is_secret,
        needs_restart=setting.needs_restart,
        updated_at=override.updated_at if override else None,
        updated_by=override.updated_by if override else None,
        overrides=list(_hidden(resolved)),
        ignored=resolved.ignored.code if resolved.ignored else None,
        ignored_reason=reason_of(resolved.ignored, language) if resolved.ignored else None,
    )


def difference(before: ResolvedSetting, after: ResolvedSetting) -> SettingDifference:
    is_secret = before.setting.is_secret
    return SettingDifference(
        key=before.setting.key,
        is_secret=is_secret,
        before=None if is_secret else before.value,
        before_source=before.source,
        after=None if is_secret else after.value,
        after_source=after.source,
    )


def _hidden(resolved: ResolvedSetting) -> list[HiddenValue]:
    if resolved.source != "database":
        return []
    layers: list[tuple[SettingSource, SettingValue | None]] = [
        ("environment", resolved.environment_value),
        ("default", resolved.default),
    ]
    is_secret = resolved.setting.is_secret
    return [
        HiddenValue(source, None if is_secret else value, is_set=value != "")
        for source, value in layers
        if value is not None
    ]
