"""Whose a card of the large ledger is: its merchant, its store and its holder's name, from its number."""

from benchmarks.data import (
    MERCHANTS,
)

FIRST_NAMES = ("Marie", "Jean", "Sofia", "Luc", "Ana", "Pedro", "Claire", "Tom", "Lena", "Marc", "Nora", "Paul")
CONSONANTS, VOWELS = "bcdfghklmnprstvw", "aeiou"


def merchant_of(card: int) -> int:
    """The first merchant has more than half of all cards."""
    return 0 if card % 2 else card // 2 % MERCHANTS


def store_of(card: int) -> int:
    """One of the merchant's two stores."""
    return merchant_of(card) + MERCHANTS * (card // 16 % 2)


def name_of(card: int) -> tuple[str, str]:
    last = "".join(CONSONANTS[card // 16**place % 16] + VOWELS[card // 5**place % 5] for place in range(3))
    return FIRST_NAMES[card % len(FIRST_NAMES)], last.title()
