"""The words that translations use, and those that a dictionary lacks: `i18n/<language>/words.txt`."""

import re
from collections.abc import Iterable
from pathlib import Path

from i18n.catalogs.paths import ROOT
from i18n.checks.translations.untranslated import without_names
from tests.i18n.pairs import kept_pairs, pairs

WORD = re.compile(r"[^\W\d_]+(?:[’-][^\W\d_]+)*")


def used_words(language: str) -> frozenset[str]:
    """As they are written, without values, code, numbers and names."""
    return _words(pairs(language))


def kept_parts(language: str) -> frozenset[str]:
    """Also of sentences that are no longer said, and the parts of words with a hyphen or an apostrophe."""
    used = _words(kept_pairs(language))
    return used | {part for word in used for part in re.split("[’-]", word)}


def _words(of: Iterable[tuple[str, str]]) -> frozenset[str]:
    return frozenset(word for _, text in of for word in WORD.findall(without_names(text)))


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
