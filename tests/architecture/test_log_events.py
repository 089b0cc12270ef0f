"""docs/logs.md lists every event of the log with its level, and none that does not exist."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.deploy.tools import PROJECT

ROW = re.compile(r"^\| `(\w+)` \| ([\w, ]+) \| \S.*\|$", re.MULTILINE)
LEVELS = {"exception": "error"}
WRAPPERS = {"tell_failure": {"error", "warning"}}
"""Functions that are given the event, with the levels they log it at."""


def modules() -> Iterator[Path]:
    for folder in ("backend", "environment", "frontend", "workers"):
        yield from (path for path in (PROJECT / folder).rglob("*.py") if "dev" not in path.parts)


def calls_in(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Events that are written literally, with their levels."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        event = str(node.args[0].value)
        if isinstance(node.func, ast.Name) and node.func.id in WRAPPERS:
            yield event, WRAPPERS[node.func.id]
        elif isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "log":
            yield event, {LEVELS.get(node.func.attr, node.func.attr)}


def test_the_page_about_the_log_lists_each_event_with_its_levels() -> None:
    logged: dict[str, set[str]] = defaultdict(set)
    for path in modules():
        for event, levels in calls_in(path):
            logged[event] |= levels
    page = ROW.findall((PROJECT / "docs" / "logs.md").read_text("utf-8"))
    assert len(page) == len(dict(page))
    assert {event: set(levels.split(", ")) for event, levels in page} == logged
