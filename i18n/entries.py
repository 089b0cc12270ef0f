"""One sentence in the catalog of a language: what a translator has to know of it, and where it is written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

from i18n.catalogs import ROOT, number_sentences
from i18n.extraction import lines_of
from i18n.locales import LANGUAGES, SOURCE_LANGUAGE
from i18n.translator import Key, catalog_path

LONGEST = re.compile(r"\bmax\.? (?P<letters>\d+)")
"""How a note says that there is no room for more letters."""


@dataclass(frozen=True)
class Place:
    """`line` is None where the file has the sentence no longer."""

    path: Path
    line: int | None


@dataclass(frozen=True, kw_only=True)
class CatalogEntry:
    """`english` and `translations` have one text, or one for each plural form."""

    context: str | None
    english: tuple[str, ...]
    translations: tuple[str, ...]
    """Empty texts where nothing is translated."""
    is_fuzzy: bool
    notes: tuple[str, ...]
    """For translators, by who wrote the sentence and by other translators."""
    written: Place
    """In the catalog."""
    used: tuple[Place, ...]

    @property
    def longest(self) -> int | None:
        """The most letters for which there is room."""
        found = LONGEST.search(" ".join(self.notes))
        return int(found["letters"]) if found else None


def find_entry(number: int, language: str) -> CatalogEntry | None:
    """`number`: of the sentence in marks. The pseudo-locale, which has no catalog, shows that of English.

    None for a number that no sentence has, or that the catalog does not have yet.
    """
    key = next((key for key, known in number_sentences().items() if known == number), None)
    path = catalog_path(language if language in LANGUAGES else SOURCE_LANGUAGE)
    found = next((entry for entry in polib.pofile(str(path)) if key == (entry.msgid, entry.msgctxt)), None)
    return _entry(found, path) if key and found else None


def _entry(found: polib.POEntry, path: Path) -> CatalogEntry:
    plurals = tuple(text for _, text in sorted(found.msgstr_plural.items()))
    return CatalogEntry(
        context=found.msgctxt,
        english=(found.msgid, found.msgid_plural) if found.msgid_plural else (found.msgid,),
        translations=plurals or (found.msgstr,),
        is_fuzzy=found.fuzzy,
        notes=tuple(note for note in (found.comment, found.tcomment) if note),
        written=Place(path, found.linenum),
        used=tuple(_used((found.msgid, found.msgctxt), found)),
    )


def _used(key: Key, found: polib.POEntry) -> Iterator[Place]:
    for name in dict.fromkeys(name for name, _ in found.occurrences):
        path = ROOT / name
        lines = lines_of(key, path) if path.is_file() else []
        yield from [Place(path, line) for line in lines] or [Place(path, None)]
