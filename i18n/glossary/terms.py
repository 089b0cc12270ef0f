"""The terms of `docs/glossary.md`, with their translations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from i18n.catalogs.paths import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
HEADING = "| English | what it is | Français | Deutsch | Lëtzebuergesch |"
COLUMNS = ("en", "definition", "fr", "de", "lb")
NO_TRANSLATION = "–"
LEADING = re.compile(r"^(?:\w+ )+\w+: ")
"""*einen Schlüssel: widerrufen*: the word for one object only."""
MARKUP = re.compile(r"[*`]")
# Genders and plurals of Luxembourgish nouns: *Kaart (f., Kaarten)*.
GRAMMAR = re.compile(r"\((?P<gender>[mfn])\.(?: pl\.)?(?:,? (?P<plural>[^;)]+))?[^)]*\)")
REMARK = re.compile(r"\s*\([^)]*\)")


@dataclass(frozen=True, kw_only=True)
class GlossaryTerm:
    """One line of the glossary, or one side of a line such as *lock / unlock*. `words` are equally good in their
    language; the first one is preferred. `forms` are plurals. A language without a column has neither.
    """

    english: str
    definition: str
    words: dict[str, tuple[str, ...]]
    forms: dict[str, tuple[str, ...]]

    def said_in(self, language: str) -> tuple[str, ...]:
        return (*self.words.get(language, ()), *self.forms.get(language, ()))


@cache
def glossary_terms(path: Path = GLOSSARY) -> tuple[GlossaryTerm, ...]:
    """In the order of the page. A table of another shape, such as that of words of the code, has no terms."""
    terms: list[GlossaryTerm] = []
    is_in_table = False
    for line in path.read_text(encoding="utf-8").splitlines():
        is_in_table = line == HEADING or (is_in_table and line.startswith("|"))
        if is_in_table and line != HEADING and not line.startswith("|-"):
            terms += _terms_of(line)
    return tuple(terms)


def _terms_of(line: str) -> Iterator[GlossaryTerm]:
    cells = dict(zip(COLUMNS, (cell.strip() for cell in line.strip("|").split("|")), strict=True))
    definition = MARKUP.sub("", cells.pop("definition"))
    sides = {language: _sides(cell) for language, cell in cells.items()}
    for place, english in enumerate(sides.pop("en")):
        texts = {language: side[min(place, len(side) - 1)] for language, side in sides.items()}
        yield GlossaryTerm(
            english=REMARK.sub("", english),
            definition=definition,
            words={language: tuple(_words(text)) for language, text in texts.items()},
            forms={language: tuple(_forms(text)) for language, text in texts.items()},
        )


def _sides(cell: str) -> list[str]:
    """*lock / unlock* are two terms."""
    return cell.split(" / ")


def _words(text: str) -> Iterator[str]:
    plain = REMARK.sub("", MARKUP.sub("", text))
    for piece in re.split(r"[,;] ", plain):
        word = LEADING.sub("", piece).strip()
        if word and word != NO_TRANSLATION:
            yield word


def _forms(text: str) -> Iterator[str]:
    for match in GRAMMAR.finditer(text):
        if match["plural"]:
            yield match["plural"].strip()
