"""Every marked sentence reaches the catalogs."""

import ast

import pytest

from i18n.catalogs.extract import MARKS, SOURCES
from i18n.catalogs.paths import ROOT

FILES = [path for source in SOURCES for path in (ROOT / source).rglob("*.py")]


def marks_in_f_strings(code: str) -> list[int]:
    """The lines of f-strings with a marked sentence in them, which older Pythons do not extract."""
    strings = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.JoinedStr)]
    calls = [call for string in strings for call in ast.walk(string) if isinstance(call, ast.Call)]
    return [
        call.lineno for call in calls if (getattr(call.func, "attr", None) or getattr(call.func, "id", "")) in MARKS
    ]


@pytest.mark.parametrize("code", ["f\"{_('Undone.')} more\"", "f\"{translator.gettext('Undone.')}\""])
def test_a_sentence_in_an_f_string_is_noticed(code: str) -> None:
    assert marks_in_f_strings(code) == [1]


def test_no_sentence_is_marked_in_an_f_string() -> None:
    found = {str(path): lines for path in FILES if (lines := marks_in_f_strings(path.read_text("utf-8")))}
    assert found == {}
