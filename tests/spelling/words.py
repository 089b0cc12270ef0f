"""The words that translations use, and those that a dictionary lacks: `i18n/<language>/words.txt`."""

import re
from pathlib import Path

from i18n.catalogs import ROOT
from i18n.checks.untranslated import without_names
from tests.i18n.pairs import pairs

WORD = re.compile(r"[^\W\d_]+(?:[’-][^\W\d_]+)*")


def used_words(language: str) -> frozenset[str]:
    """As they are written, without values, code, numbers and names."""
    return frozenset(word for _, text in pairs(language) for word in WORD.findall(without_names(text)))


def used_parts(language: str) -> frozenset[str]:
    """Also the parts of words with a hyphen or an apostrophe."""
    used = used_words(language)
    return used | {part for word in used for part in re.split("[’-]", word)}


def own_words(language: str) -> list[str]:
    """One word a line."""
    path = _own_words_path(language)
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def sort_own_words(language: str) -> None:
    """Writes the file only where its words are in another order, or twice."""
    words = own_words(language)
    if words != sorted(set(words)):
        _own_words_path(language).write_text("".join(f"{word}\n" for word in sorted(set(words))), encoding="utf-8")


def _own_words_path(language: str) -> Path:
    return ROOT / "i18n" / language / "words.txt"
