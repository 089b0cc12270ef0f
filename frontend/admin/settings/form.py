"""The form of a category: its fields as texts, and what was changed as values of the API.

`seen:KEY` is the value that the form showed when it was made: only what differs from it is a change, so that a value
that somebody else has saved meanwhile is not taken back.
"""

from backend.settings.schemas import SettingCategory, SettingValue, SettingView
from frontend.api.responses import BackendProblem
from frontend.kit.fields import is_number
from frontend.kit.forms import Form

SEEN, CLEAR, SUGGESTED = "seen:", "clear:", "suggested:"
NewValues = dict[str, str | int | bool | None]


def form_of(category: SettingCategory) -> Form:
    fields = {"version": str(category.version)}
    for setting in editable(category):
        if not setting.is_secret:
            fields |= {setting.key: text_of(setting.value), f"{SEEN}{setting.key}": text_of(setting.value)}
    return Form(fields)


def editable(category: SettingCategory) -> list[SettingView]:
    return [setting for setting in category.settings if setting.is_overridable]


def text_of(value: SettingValue | None) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


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
    """Gives the form the present version and values where the person has changed nothing.

    Returns, by key, what the form had shown and what is stored now, where that has changed meanwhile.
    """
    moved: dict[str, tuple[str, str]] = {}
    for setting in editable(category):
        seen, now = form.text(f"{SEEN}{setting.key}"), text_of(setting.value)
        if setting.is_secret or seen == now:
            continue
        moved[setting.key] = (seen, now)
        if form.text(setting.key) == seen:
            form.fields[setting.key] = now
        form.fields[f"{SEEN}{setting.key}"] = now
    form.fields["version"] = str(category.version)
    return moved


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


def _change(form: Form, setting: SettingView) -> str | int | bool | None:
    if setting.is_secret:
        return _secret(form, setting)
    is_changed = form.text(setting.key) != form.text(f"{SEEN}{setting.key}")
    return _value(form, setting) if is_changed else None


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
    return text
