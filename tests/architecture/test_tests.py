"""Tests share helpers, not each other."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]


def imported(path: Path) -> Iterator[str]:
    """The names that a file imports, with their modules."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_no_test_module_is_imported_by_another() -> None:
    """What two of them need is a helper beside them, or in `tests/world/`."""
    files = list(TESTS.rglob("*.py"))
    assert len(files) > 300, "the tests are somewhere else"
    wrong = {
        str(path.relative_to(TESTS)): name
        for path in files
        for name in imported(path)
        if name.startswith("tests.") and any(part.startswith("test_") for part in name.split("."))
    }
    assert wrong == {}
