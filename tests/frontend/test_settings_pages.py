"""Every setting of the pages has a name and a place; what was changed is told apart from what others have changed."""

from typing import Any

import pytest
from msgspec.structs import replace

from backend.settings.registry import REGISTRY
from backend.settings.schemas import SettingCategory, SettingView
from frontend.admin.settings.categories import CATEGORIES
from frontend.admin.settings.form import changes_of, entered, form_of, take_over, take_suggestion, without_secrets
from frontend.admin.settings.labels import LABELS
from frontend.admin.settings.messages import SettingMessages
from i18n.locales import LANGUAGES
from i18n.translator import get_translator
from tests.world.caller import Json

SHOWN = {key for name in CATEGORIES for key in REGISTRY[name]}


def setting(key: str, value: object, kind: str = "text", **values: Any) -> SettingView:
    told: Json = {
        "key": key, "category": "email", "kind": kind, "choices": [], "least": None, "most": None,
        "may_be_empty": True, "value": value, "is_set": bool(value), "default": "", "environment_value": None,
        "is_in_environment": False, "env_name": f"ORION_{key.upper()}", "source": "default", "is_overridable": True,
        "is_secret": False, "needs_restart": False, "updated_at": None, "updated_by": None, "overrides": [],
        "ignored": None, "ignored_reason": None,
    }  # fmt: skip
    return SettingView(**told | values)


def email(**changed: SettingView) -> SettingCategory:
    settings = {
        "smtp_host": setting("smtp_host", "mail.example"),
        "smtp_port": setting("smtp_port", 465, "number"),
        "smtp_use_tls": setting("smtp_use_tls", False, "boolean"),
        "smtp_password": setting("smtp_password", None, is_secret=True, is_set=True),
        "sendgrid_api_url": setting("sendgrid_api_url", "x", is_overridable=False),
    }
    return SettingCategory("email", True, 3, None, None, list((settings | changed).values()))


def test_every_setting_has_a_name_and_a_place() -> None:
    placed = {key for category in CATEGORIES.values() for group in category.groups for key in group.keys}
    assert set(LABELS) >= SHOWN
    assert placed >= SHOWN


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_name_is_an_english_one_elsewhere(language: str) -> None:
    say = get_translator(language).gettext
    sentences = {text for label in LABELS.values() for text in label if " " in text}
    assert {text for text in sentences if say(text) == text} == set()


def test_nothing_entered_is_no_change() -> None:
    assert changes_of(form_of(email()), email()) == {}


def test_only_what_differs_from_what_was_shown_is_a_change() -> None:
    form = form_of(email())
    form.fields |= {"smtp_port": "587", "smtp_use_tls": "on", "sendgrid_api_url": "https://evil.example"}
    now = email(smtp_host=setting("smtp_host", "other.example"))
    assert changes_of(form, now) == {"smtp_port": 587, "smtp_use_tls": True}


def test_a_secret_changes_when_it_is_entered_or_cleared_only() -> None:
    form = form_of(email())
    form.fields["smtp_password"] = ""
    assert changes_of(form, email()) == {}
    form.fields["smtp_password"] = "new"
    assert changes_of(form, email()) == {"smtp_password": "new"}
    form.fields["clear:smtp_password"] = "on"
    assert changes_of(form, email()) == {"smtp_password": ""}


def test_a_test_gets_every_value_of_the_form_but_an_untouched_secret() -> None:
    assert entered(form_of(email()), email()) == {"smtp_host": "mail.example", "smtp_port": 465, "smtp_use_tls": False}


def test_a_number_that_is_none_is_left_to_the_backend_to_refuse() -> None:
    form = form_of(email())
    form.fields["smtp_port"] = "5x7"
    assert changes_of(form, email()) == {"smtp_port": "5x7"}


def test_after_a_conflict_the_form_has_their_values_where_nothing_was_typed() -> None:
    form = form_of(email())
    form.fields["smtp_port"] = "587"
    theirs = email(smtp_host=setting("smtp_host", "other.example"), smtp_port=setting("smtp_port", 25, "number"))
    moved = take_over(form, replace(theirs, version=4))
    assert moved == {"smtp_host": ("mail.example", "other.example"), "smtp_port": ("465", "25")}
    assert (form.text("smtp_host"), form.text("smtp_port"), form.text("version")) == ("other.example", "587", "4")
    assert changes_of(form, theirs) == {"smtp_port": 587}


def test_no_page_repeats_a_secret() -> None:
    form = form_of(email())
    form.fields["smtp_password"] = "new"
    assert without_secrets(form, email()) == ["smtp_password"]
    assert "new" not in form.fields.values()


def test_a_suggestion_fills_the_form() -> None:
    form = form_of(email())
    form.fields |= SettingMessages("en").suggestion_fields({"smtp_port": 587, "smtp_use_tls": True})
    assert take_suggestion(form, email()) == ["smtp_port", "smtp_use_tls"]
    assert changes_of(form, email()) == {"smtp_port": 587, "smtp_use_tls": True}


def test_an_expected_end_is_entered_in_the_time_of_pages_and_stored_with_its_zone() -> None:
    maintenance = email(maintenance_until=setting("maintenance_until", "2026-12-24T14:30+00:00", "moment"))
    form = form_of(maintenance)
    assert form.text("maintenance_until") == "2026-12-24T15:30"
    assert changes_of(form, maintenance) == {}
    form.fields["maintenance_until"] = "2026-07-01T08:00"
    assert changes_of(form, maintenance) == {"maintenance_until": "2026-07-01T08:00:00+02:00"}
    form.fields["maintenance_until"] = "soon"
    assert changes_of(form, maintenance) == {"maintenance_until": "soon"}


def test_values_are_shown_in_words() -> None:
    messages = SettingMessages("en")
    ends = setting("maintenance_until", "", "moment")
    assert messages.value(ends, "2026-12-24T14:30+00:00") == "24 December 2026, 15:30"
    assert messages.value(ends, "") == "empty"
    assert messages.value(setting("maintenance_mode", "off", "choice"), "read_only") == "Read-only"
