"""The terms of `docs/glossary.md`, with their translations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from i18n.catalogs.paths import ROOT
from i18n.locales import LANGUAGE_NAMES, SOURCE_LANGUAGE

GLOSSARY = ROOT / "docs" / "glossary.md"
DEFINITION = "what it is"
HEADING = f"| {LANGUAGE_NAMES[SOURCE_LANGUAGE]} | {DEFINITION} |"
"""Further columns are named as their languages call themselves."""
CODES = {name: code for code, name in LANGUAGE_NAMES.items()}
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
def glossary_terms() -> tuple[GlossaryTerm, ...]:
    """In the order of the page. A table of another shape, such as that of words of the code, has no terms."""
    terms: list[GlossaryTerm] = []
    columns: list[str] = []
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        if line.startswith(HEADING):
            columns = _cells(line)
        elif not line.startswith("|"):
            columns = []
        elif columns and not line.startswith("|-"):
            terms += _terms_of(dict(zip(columns, _cells(line), strict=True)))
    return tuple(terms)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _terms_of(cells: dict[str, str]) -> Iterator[GlossaryTerm]:
    definition = MARKUP.sub("", cells.pop(DEFINITION))
    sides = {CODES[name]: _sides(cell) for name, cell in cells.items()}
    for place, english in enumerate(sides.pop(SOURCE_LANGUAGE)):
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
