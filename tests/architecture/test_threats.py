"""The page about threats names tests that exist, one at least for each threat."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| ([A-Z].+?) \| (.+) \|$", PAGE, flags=re.MULTILINE))
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


@cache
def sentences_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_page_has_threats() -> None:
    assert len(ROWS) > 45


@pytest.mark.parametrize("threat", ROWS)
def test_a_threat_is_tried_by_tests_that_exist(threat: str) -> None:
    for told in ROWS[threat].split(", "):
        named = NAMED.fullmatch(told)
        assert named, f"{told} is no name of a test"
        assert named[2] in sentences_in(ROOT / "tests" / named[1]), told
