"""The planted faults fit the code as it is; `make mutants` plants them and runs the tests against each."""

from pathlib import Path

import pytest

from tests.mutants.__main__ import executed
from tests.mutants.planted import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
AT_LEAST = 20


@pytest.fixture(autouse=True)
def adds_up() -> None:
    """Nothing is booked here."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.says)
def test_a_fault_can_be_planted_in_one_place(mutant: Mutant) -> None:
    present = (ROOT / mutant.file).read_text()
    assert present.count(mutant.text) == 1
    assert executed(ROOT / mutant.file).read_text() == present
    assert mutant.fault != mutant.text


def test_there_are_enough_of_them_and_each_says_something_else() -> None:
    assert len({mutant.says for mutant in MUTANTS}) == len(MUTANTS) >= AT_LEAST
