"""Who would be better off: tables of cases."""

from fractions import Fraction

import pytest

from backend.loyalty.previews.comparison import STEPS, CardOutcome, Comparison, verdict
from backend.loyalty.previews.messages import sentence_of
from backend.loyalty.previews.schemas import CardExample


@pytest.fixture(autouse=True)
def adds_up() -> None:
    """Nothing is booked here."""


def standing(points: int, cards: Fraction | int = 0, worth: int = 0) -> CardOutcome:
    return CardOutcome(points, 0, points, Fraction(cards), 0, Fraction(worth))


@pytest.mark.parametrize(
    ("live", "draft", "expected"),
    [
        (standing(10), standing(10), 0),
        (standing(10), standing(11), 1),
        (standing(10), standing(9), -1),
        (standing(-3), standing(0), 1),
        (standing(0, Fraction(3, 10)), standing(0, Fraction(3, 8)), 1),
        (standing(10, 1), standing(12, 2), 1),
        (standing(10, 1), standing(8, 0), -1),
        (standing(10, 1, 50), standing(12, 0, 49), -1),
        (standing(10, 1, 50), standing(12, 0, 51), 1),
        (standing(10, 1, 50), standing(12, 0, 50), 0),
    ],
)
def test_points_and_stamp_cards_decide_and_where_they_disagree_what_they_are_worth(
    live: CardOutcome, draft: CardOutcome, expected: int
) -> None:
    assert verdict(live, draft) == expected


def test_every_difference_falls_into_one_class() -> None:
    comparison = Comparison()
    differences = [-501, -500, -101, -100, -11, -10, -1, 0, 1, 10, 11, 100, 101, 500, 501]
    for difference in differences:
        comparison.add(f"C{difference}", standing(1000), standing(1000 + difference))
    classes = comparison.changes
    assert [entry.cards for entry in classes] == [1, 2, 2, 2, 1, 2, 2, 2, 1]
    assert [(entry.from_points, entry.to_points) for entry in classes] == [
        (None, -501), (-500, -101), (-100, -11), (-10, -1), (0, 0), (1, 10), (11, 100), (101, 500), (501, None),
    ]  # fmt: skip
    assert len(classes) == len(STEPS) + 1


@pytest.mark.parametrize(
    ("example", "sentence"),
    [
        (CardExample("C", 5, 1, 0, 0, 0, ""), "It would hold 1 point instead of 5."),
        (CardExample("C", 5, 1200, 0, 0, 0, ""), "It would hold 1,200 points instead of 5."),
        (CardExample("C", 5, 5, 3, 1, 0, ""), "It would hold 1 stamp instead of 3."),
        (CardExample("C", 5, 9, 3, 1, 1, ""), "1 reward it was given would have been refused."),
        (CardExample("C", 0, 0, 3, 3, 0, ""), "Same number of stamps, but a full card would need a different number."),
        (CardExample("C", 5, 5, 0, 0, 0, ""), "The balance would be the same, with a different history."),
    ],
)
def test_a_sentence_for_every_case(example: CardExample, sentence: str) -> None:
    assert sentence_of(example, "en") == sentence
