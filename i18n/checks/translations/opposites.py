"""Finds a translation that says the opposite: another word of a pair, or a *not* that was lost."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from i18n.checks.finding import Fault
from i18n.checks.translations.bare import words_only

TABLES = Path(__file__).with_name("opposites.toml")

WordPair = tuple[str, str]


class OppositeTables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys of the inner tables are languages; words of `answers` are in small letters."""

    answers: dict[str, dict[str, tuple[str, ...]]]
    negations: dict[str, str]
    pairs: tuple[dict[str, WordPair], ...]


def opposite_faults(english: str, text: str, language: str) -> Iterator[Fault]:
    """Compares words, not meanings: free translations are exceptions of their language."""
    tables, source, translation = _tables(), words_only(english), words_only(text)
    right = tables.answers.get(source.strip().lower(), {}).get(language)
    if right and translation.strip().lower() not in right:
        yield "opposite", f"“{english}” is {' or '.join(right)}"
    for pair in (pair for pair in tables.pairs if language in pair):
        (one, other), (its_one, its_other) = pair["en"], pair[language]
        if _says_only(source, one, other) and _says_only(translation, its_other, its_one):
            yield "opposite", f"says {_readable(other)}, the English {_readable(one)}"
        if _says_only(source, other, one) and _says_only(translation, its_one, its_other):
            yield "opposite", f"says {_readable(one)}, the English {_readable(other)}"
    if language in tables.negations and _negates(source, "en") and not _negates(translation, language):
        yield "negation", "the English says no or not, the translation does not"


def _says_only(text: str, words: str, not_these: str) -> bool:
    return _says(text, words) and not _says(text, not_these)


def _says(text: str, pattern: str) -> bool:
    return re.search(rf"\b(?:{pattern})", text, re.IGNORECASE) is not None


def _negates(text: str, language: str) -> bool:
    return _says(text, rf"(?:{_tables().negations[language]})(?!\w)")


def _readable(pattern: str) -> str:
    return re.split(r"[^a-z ]", pattern)[0]


@cache
def _tables() -> OppositeTables:
    return msgspec.toml.decode(TABLES.read_bytes(), type=OppositeTables)
