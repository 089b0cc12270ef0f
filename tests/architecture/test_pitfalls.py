"""The page about the wallets' pitfalls names tests that exist, one at least for each requirement."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "wallets"
PAGE = (ROOT / "docs" / "wallet-pitfalls.md").read_text(encoding="utf-8")
ROWS = {int(number): proof for number, proof in re.findall(r"^\| (\d+) \| .+ \| (.+) \|$", PAGE, flags=re.MULTILINE)}
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
PITFALLS = 26


@cache
def sentences_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_pitfall_has_its_row() -> None:
    assert list(ROWS) == list(range(1, PITFALLS + 1))


@pytest.mark.parametrize("number", ROWS)
def test_what_proves_a_requirement_exists(number: int) -> None:
    proofs = [proof.strip() for proof in ROWS[number].split(",")]
    for proof in proofs:
        named = NAMED.fullmatch(proof)
        assert named, f"{proof} is no name of a test"
        assert named[2] in sentences_in(TESTS / named[1]), proof
