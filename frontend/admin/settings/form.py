"""The form of a category: its fields as texts, and what was changed as values of the API."""

from datetime import datetime
from zoneinfo import ZoneInfo

from backend.settings.schemas import SettingCategory, SettingValue, SettingView
from frontend.api.responses import BackendProblem
from frontend.kit import edits
from frontend.kit.fields import is_number
from frontend.kit.forms import Form
from i18n.formatting import TIME_ZONE

CLEAR, SUGGESTED = "clear:", "suggested:"
NewValues = dict[str, str | int | bool | None]


def form_of(category: SettingCategory) -> Form:
    return Form(edits.fields_of(_stored(category), category.version))


def editable(category: SettingCategory) -> list[SettingView]:
    return [setting for setting in category.settings if setting.is_overridable]


def text_of(value: SettingValue | None) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def field_of(setting: SettingView) -> str:
    """The value as its field has it. A moment: the time of pages, without a zone."""
    if setting.kind == "moment" and setting.value:
        return f"{datetime.fromisoformat(str(setting.value)).astimezone(ZoneInfo(TIME_ZONE)):%Y-%m-%dT%H:%M}"
    return text_of(setting.value)


def moment_of(text: str) -> str:
    """What a field for a moment has, with its zone; another text as it is, which the backend refuses."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(TIME_ZONE)).isoformat()
    except ValueError:
        return text


def changes_of(form: Form, category: SettingCategory) -> NewValues:
    """What the person has changed. Values that cannot be numbers stay texts, and the backend refuses them."""
    return {setting.key: value for setting in editable(category) if (value := _change(form, setting)) is not None}


def entered(form: Form, category: SettingCategory) -> dict[str, SettingValue]:
    """All values that the form has, for the connection test. A secret only where one was entered or cleared."""
    return {
        setting.key: value
        for setting in editable(category)
        if (value := _secret(form, setting) if setting.is_secret else _value(form, setting)) is not None
    }


def take_over(form: Form, category: SettingCategory) -> dict[str, tuple[str, str]]:
    """As in `frontend/kit/edits.py`. Secrets have not been shown."""
    return edits.take_over(form, _stored(category), category.version)


def take_suggestion(form: Form, category: SettingCategory) -> list[str]:
    """The values that a connection test has proposed, which the form carries beside its own. Returns their keys."""
    suggested = [setting.key for setting in editable(category) if f"{SUGGESTED}{setting.key}" in form.fields]
    for key in suggested:
        form.fields[key] = form.text(f"{SUGGESTED}{key}")
    return suggested


def take_errors(form: Form, problem: BackendProblem) -> None:
    """The backend's sentences, beside their fields."""
    for error in problem.view.errors:
        form.errors[error.pointer.rpartition("/")[2]] = error.detail
    if not form.errors:
        form.errors[""] = problem.sentence


def without_secrets(form: Form, category: SettingCategory) -> list[str]:
    """Empties what was entered for secrets, which no page may contain. Returns the keys where something was."""
    secrets = [setting.key for setting in editable(category) if setting.is_secret and form.text(setting.key)]
    for key in secrets:
        del form.fields[key]
    return secrets


def _stored(category: SettingCategory) -> dict[str, str]:
    return {setting.key: field_of(setting) for setting in editable(category) if not setting.is_secret}


def _change(form: Form, setting: SettingView) -> str | int | bool | None:
    if setting.is_secret:
        return _secret(form, setting)
    return _value(form, setting) if edits.is_changed(form, setting.key) else None


def _secret(form: Form, setting: SettingView) -> str | None:
    """None: stays as it is."""
    if form.text(f"{CLEAR}{setting.key}"):
        return ""
    return form.fields.get(setting.key) or None


def _value(form: Form, setting: SettingView) -> str | int | bool | None:
    text = form.text(setting.key)
    if setting.kind == "boolean":
        return text == "on"
    if setting.kind == "number" and is_number(text):
        return int(text)
    if setting.kind == "moment":
        return moment_of(text)
    return text
