"""The words that translations use, and those that a dictionary lacks: `i18n/<language>/words.txt`."""

import re

from i18n.catalogs.paths import ROOT
from i18n.checks.translations.untranslated import without_names
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
    return (ROOT / "i18n" / language / "words.txt").read_text(encoding="utf-8").split()
