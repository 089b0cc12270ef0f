"""Checks new values as the start checks the environment, on the result that would be in force."""

from collections.abc import Mapping

from backend.core.platform_settings import CATEGORIES
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.settings.messages import field_error
from backend.settings.registry import REGISTRY, as_text, find_setting
from backend.settings.resolver import Environment, StoredSetting, decode_alone, decode_merged, why_invalid
from backend.settings.schemas import SettingValue
from environment.reading import SettingsError

NewValues = dict[str, SettingValue | None]


def checked_texts(
    category: str, environment: Environment, stored: Mapping[str, StoredSetting], values: NewValues, language: str
) -> dict[str, str | None]:
    """The normalized values as texts; None resets a setting.

    Raises ValidationFailed with all errors, also for a stored value that cannot be used and is not replaced.
    """
    checked, errors = _checked(category, values, language)
    texts = {key: None if value is None else as_text(value) for key, value in checked.items()}
    kept = {key: override for key, override in stored.items() if key not in values}
    invalid = {key: reason for key, override in kept.items() if (reason := why_invalid(category, override))}
    errors += [field_error(key, reason, language) for key, reason in invalid.items()]
    if errors:
        raise ValidationFailed(*errors)
    merged = {key: override.text for key, override in kept.items()} | texts
    try:
        decode_merged(category, environment, {key: text for key, text in merged.items() if text is not None})
    except SettingsError as error:
        raise ValidationFailed(field_error(error.field, error, language)) from None
    return texts


def checked_values(category: str, values: NewValues, language: str) -> NewValues:
    """The normalized values, each checked by itself. Raises ValidationFailed with all errors."""
    checked, errors = _checked(category, values, language)
    if errors:
        raise ValidationFailed(*errors)
    return checked


def _checked(category: str, values: NewValues, language: str) -> tuple[NewValues, list[FieldError]]:
    errors: list[FieldError] = []
    checked: NewValues = {}
    for key, value in values.items():
        try:
            _refuse_other_keys(category, key)
            checked[key] = None if value is None else decode_alone(category, key, as_text(value))
        except SettingsError as error:
            errors.append(field_error(key, error, language))
    return checked, errors


def _refuse_other_keys(category: str, key: str) -> None:
    setting = find_setting(key)
    if setting is not None and not setting.is_overridable:
        raise SettingsError("Only the environment sets it.", field=key, code="fixed_by_environment")
    if category not in CATEGORIES or key not in REGISTRY[category]:
        raise SettingsError("It is unknown.", field=key, code="unknown")
