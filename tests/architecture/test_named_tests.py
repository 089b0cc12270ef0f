"""The pages about threats and faults name tests that exist, one at least for each of them."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([A-Z].+?) \|(?: .+ \|)? (`.+) \|$", flags=re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
FAULTS = 22


def rows(page: str) -> dict[str, str]:
    return dict(ROW.findall((ROOT / "docs" / page).read_text(encoding="utf-8")))


PAGES = {page: rows(page) for page in ("threats.md", "faults.md")}
ROWS = {name: tests for page in PAGES.values() for name, tests in page.items()}


@cache
def sentences_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_pages_have_threats_and_every_fault() -> None:
    assert len(PAGES["threats.md"]) > 45
    numbers = sorted(int(name.split()[0].removeprefix("F")) for name in PAGES["faults.md"])
    assert numbers == list(range(1, FAULTS + 1))


@pytest.mark.parametrize("row", ROWS)
def test_it_is_tried_by_tests_that_exist(row: str) -> None:
    for told in ROWS[row].split(", "):
        named = NAMED.fullmatch(told)
        assert named, f"{told} is no name of a test"
        assert named[2] in sentences_in(ROOT / "tests" / named[1]), told
