"""Every action that is written down has words in every language."""

import re
from pathlib import Path
from typing import Any

import pytest

from backend.audit.labels import ACTIONS, SUBJECTS
from backend.audit.words import AuditWords

HOUSE = Path(__file__).parents[2]
ACTION = re.compile(r"""["']([a-z_]+\.(?:[a-z_]+ed|set|reset|changed_in_bulk))["']""")
IN_CALL = re.compile(r"""record_(?:platform_|own_|administrators_)?change\([^"]*"([a-z_]+\.[a-z_]+)\"""")
CALLS = re.compile(r"record_(?:platform_|own_|account_|administrators_)?change\(|entry_row\(|_save\(|_write\(")


def actions_in_the_code() -> set[str]:
    """Literals in modules that write entries."""
    modules = [path.read_text() for path in (HOUSE / "backend").rglob("*.py") if "audit/labels" not in str(path)]
    writing = [module for module in modules if CALLS.search(module)]
    return {action for module in writing for action in ACTION.findall(module) + IN_CALL.findall(module)}


def test_every_action_has_words() -> None:
    written = actions_in_the_code()
    assert {"reward.changed", "cards.changed_in_bulk", "pin.set", "emails.resent"} <= written
    assert written <= ACTIONS.keys()
    assert {action.partition(".")[0] for action in ACTIONS} == SUBJECTS.keys()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("points_required", 1200, "1,200"),
        ("value_cents", 1250, "€12.50"),
        ("is_active", True, "yes"),
        ("stock", None, "–"),
        ("ends_on", "2027-02-28", "28 Feb 2027"),
        ("archived_at", "2026-11-30T09:05:00Z", "30 Nov 2026, 10:05"),
        ("name", {"en": "Scarf", "fr": "Écharpe"}, "English: Scarf, Français: Écharpe"),
        ("smtp_port", {"value": 587, "source": "database"}, "587 (database)"),
        ("limits", [{"scope": "card", "maximum": 5}], "For each: Card, At most: 5"),
        ("store_ids", [], "–"),
        ("unknown_field", "as it is", "as it is"),
    ],
)
def test_values_in_words(field: str, value: Any, words: str) -> None:
    (change,) = AuditWords("en").changes({}, {field: value})
    assert (change.before, change.after) == (None, words)


def test_a_field_without_words_is_shown_by_its_name() -> None:
    assert AuditWords("fr").label("unknown_field") == "unknown field"


def test_beside_each_reason_that_an_entry_keeps_stands_that_it_names_no_customers() -> None:
    """An entry outlives the erasing of a customer."""
    fields = [
        field
        for page in (HOUSE / "frontend").rglob("*.html")
        for field in re.findall(r'ui\.field\("reason".*?\}\) \}\}', page.read_text(), re.DOTALL)
    ]
    options = [
        option
        for module in (HOUSE / "backend/cli").glob("*.py")
        for option in re.findall(r'"--reason".*?\n?\)', module.read_text(), re.DOTALL)
    ]
    assert (len(fields), len(options)) == (4, 3)
    assert all("Do not name customers" in each for each in [*fields, *options])
