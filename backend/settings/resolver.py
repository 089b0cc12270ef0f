"""The value in force of each setting, and where it comes from: database, else environment, else default.

An override that cannot be used is ignored: a stored value must not stop a process.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from backend.core.platform_settings import CATEGORIES, decode_category, given_platform_values
from backend.core.settings import Settings
from backend.settings.registry import REGISTRY, Setting, shown
from backend.settings.schemas import SettingSource, SettingValue
from environment.reading import SettingsError, decode, given_values


@dataclass(frozen=True, slots=True)
class StoredSetting:
    """A value of the database, unsealed. `text` is None when no key of the ring unseals it."""

    key: str
    text: str | None
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class Environment:
    """What a process knew at its start."""

    settings: Settings
    given: Mapping[str, str]
    """Values of platform settings by key."""
    fixed: frozenset[str] = frozenset()
    """Keys of fixed settings that the environment gives."""

    @classmethod
    def read(cls, settings: Settings, environ: Mapping[str, str] | None) -> "Environment":
        """Without `environ`: the environment of the process."""
        environ = os.environ if environ is None else environ
        return cls(settings, given_platform_values(environ), frozenset(given_values(Settings, environ)))


@dataclass(frozen=True, slots=True)
class ResolvedSetting:
    setting: Setting
    value: SettingValue
    source: SettingSource
    environment_value: SettingValue | None
    default: SettingValue
    override: StoredSetting | None = None
    ignored: SettingsError | None = None
    """Why the override is not used."""


@dataclass(frozen=True, slots=True)
class ResolvedCategory:
    struct: Any
    """The struct of `CATEGORIES` with the values in force; None for a category that the environment fixes."""
    settings: dict[str, ResolvedSetting]

    @property
    def ignored(self) -> dict[str, SettingsError]:
        return {key: each.ignored for key, each in self.settings.items() if each.ignored is not None}


def resolve(category: str, environment: Environment, overrides: Mapping[str, StoredSetting]) -> ResolvedCategory:
    """Overrides are ignored one by one when they are invalid, and all together when they contradict the rest.

    In a category with secrets they are used all or none: a password is never sent to a server of another source.
    """
    if category not in CATEGORIES:
        return _fixed(category, environment)
    own = {key: override for key, override in overrides.items() if key in REGISTRY[category]}
    struct, ignored = _decoded(category, environment, own)
    base = decode_merged(category, environment, {})
    settings = {}
    for key, setting in REGISTRY[category].items():
        is_given, is_used = key in environment.given, key in own and key not in ignored
        settings[key] = ResolvedSetting(
            setting,
            shown(getattr(struct, key)),
            "database" if is_used else "environment" if is_given else "default",
            shown(getattr(base, key)) if is_given else None,
            setting.default_in(environment.settings.environment),
            own.get(key),
            ignored.get(key),
        )
    return ResolvedCategory(struct, settings)


def _decoded(
    category: str, environment: Environment, stored: Mapping[str, StoredSetting]
) -> tuple[msgspec.Struct, dict[str, SettingsError]]:
    """The category's struct, and why overrides are ignored."""
    ignored = {key: error for key, override in stored.items() if (error := why_invalid(category, override))}
    used = {key: override.text or "" for key, override in stored.items() if key not in ignored}
    has_secrets = any(setting.is_secret for setting in REGISTRY[category].values())
    if ignored and has_secrets:
        follows = SettingsError(
            "Another stored value cannot be used.", code="with_another", setting=next(iter(ignored))
        )
        return decode_merged(category, environment, {}), dict.fromkeys(used, follows) | ignored
    try:
        return decode_merged(category, environment, used), ignored
    except SettingsError as error:
        return decode_merged(category, environment, {}), dict.fromkeys(used, error) | ignored


def decode_merged(category: str, environment: Environment, texts: Mapping[str, str]) -> Any:
    """The category with these texts over the environment; an empty text is an empty value. Raises SettingsError."""
    merged = {**environment.given, **texts}
    for key, text in texts.items():
        if not text:
            del merged[key]
    return decode_category(category, merged, is_production=environment.settings.is_production)


def decode_alone(category: str, key: str, text: str) -> SettingValue:
    """One value by itself, normalized. Raises SettingsError."""
    if not text.strip():
        if not REGISTRY[category][key].may_be_empty:
            raise SettingsError("A value is required.", field=key, code="required")
        return ""
    return shown(getattr(decode(CATEGORIES[category], {key: text}), key))


def why_invalid(category: str, override: StoredSetting) -> SettingsError | None:
    """Why the override cannot be used, as far as it alone decides."""
    if override.text is None:
        return SettingsError("It was sealed with a key that is gone.", field=override.key, code="unreadable")
    try:
        decode_alone(category, override.key, override.text)
    except SettingsError as error:
        return error
    return None


def _fixed(category: str, environment: Environment) -> ResolvedCategory:
    settings = {}
    for key, setting in REGISTRY[category].items():
        value = shown(getattr(environment.settings, key))
        is_given = key in environment.fixed or value != setting.default
        source: SettingSource = "environment" if is_given else "default"
        settings[key] = ResolvedSetting(setting, value, source, value if is_given else None, setting.default)
    return ResolvedCategory(None, settings)
