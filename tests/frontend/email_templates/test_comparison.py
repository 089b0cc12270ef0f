from typing import Literal

import pytest

from frontend.email_templates.comparison import DiffLine, compare


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("a", "a", []),
        ("a\nb", "a\nc", [("same", "a"), ("removed", "b"), ("added", "c")]),
        ("a", "a\nb", [("same", "a"), ("added", "b")]),
        ("", "a", [("added", "a")]),
        ("a\nb\nc", "c", [("removed", "a"), ("removed", "b"), ("same", "c")]),
    ],
)
def test_changed_lines_are_removed_and_added(
    before: str, after: str, lines: list[tuple[Literal["same", "removed", "added"], str]]
) -> None:
    assert compare(before, after) == [DiffLine(kind, text) for kind, text in lines]
