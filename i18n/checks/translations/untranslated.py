"""Finds English that was left in a translation."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from i18n.checks.finding import Fault
from i18n.checks.translations.bare import words_only
from i18n.checks.translations.exceptions import exceptions_of
from i18n.checks.translations.preserved import INITIALS, KEPT, NAMES

SHORTEST = 3
WORD = re.compile(r"[^\W\d_]+")
WORDS = Path(__file__).with_name("english.toml")


class FrequentEnglish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`own` are those that another language has as words of its own."""

    frequent: frozenset[str]
    own: dict[str, frozenset[str]]


def untranslated_faults(english: str, text: str, language: str) -> Iterator[Fault]:
    """The same sentence, or English words of it within the translation."""
    if text == english:
        if shared_words(english) - exceptions_of(language).same:
            yield "untranslated", "equal to the English"
        return
    words = {word.lower() for word in WORD.findall(without_names(english))}
    left = words & _frequent(language) & {word.lower() for word in WORD.findall(without_names(text))}
    if left:
        yield "english", f"English words are left: {', '.join(sorted(left))}"


def shared_words(text: str) -> set[str]:
    """In small letters, without names, values and signs of units."""
    return {word.lower() for word in WORD.findall(without_names(text)) if len(word) >= SHORTEST}


def without_names(text: str) -> str:
    """The words of a language, without values, code, numbers and names."""
    text = words_only(text)
    for pattern in (*KEPT.values(), NAMES, INITIALS):
        text = pattern.sub(" ", text)
    return re.sub(r"\bWallets?\b", " ", text)


@cache
def _frequent(language: str) -> frozenset[str]:
    words = msgspec.toml.decode(WORDS.read_bytes(), type=FrequentEnglish)
    return words.frequent - words.own.get(language, frozenset())
