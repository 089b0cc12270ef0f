"""The same vectors are run against the browser's copy of the algorithm in tests/frontend/test_orion_js.py."""

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest

from backend.loyalty.cards.code import ALPHABET, check_letter, new_code, normalize, show

VECTORS = json.loads(Path(__file__).with_name("codes.json").read_text("utf-8"))
EXAMPLE = "BDFHKLNPRSTVXGCJ"


def some_codes(count: int) -> list[str]:
    chance = random.Random(2026)
    bodies = ["".join(chance.choices(ALPHABET, k=15)) for _ in range(count)]
    return [body + check_letter(body) for body in bodies]


def test_the_example_of_the_documents_is_a_valid_code() -> None:
    assert normalize("BDFH KLNP RSTV XGCJ") == EXAMPLE


def test_a_new_code_has_sixteen_letters_of_the_alphabet_and_is_valid() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 16 and set(code) <= set(ALPHABET) and normalize(code) == code for code in codes)


@pytest.mark.no_cover
def test_every_single_wrong_letter_is_noticed() -> None:
    for code in some_codes(200):
        for place, letter in enumerate(code):
            for wrong in ALPHABET.replace(letter, ""):
                assert normalize(code[:place] + wrong + code[place + 1 :]) is None


@pytest.mark.no_cover
def test_every_swap_of_two_neighbors_is_noticed() -> None:
    for code in some_codes(3000):
        for place, (left, right) in enumerate(pairwise(code)):
            if left != right:
                assert normalize(code[:place] + right + left + code[place + 2 :]) is None


@pytest.mark.parametrize("row", VECTORS["valid"], ids=lambda row: row["typed"])
def test_a_code_is_accepted_in_any_case_and_grouping(row: dict[str, str]) -> None:
    assert normalize(row["typed"]) == row["code"]


@pytest.mark.parametrize("typed", VECTORS["invalid"])
def test_what_is_not_a_card_code_is_refused(typed: str) -> None:
    assert normalize(typed) is None


def test_a_code_is_shown_in_four_groups() -> None:
    assert show(EXAMPLE) == "BDFH KLNP RSTV XGCJ"
