"""One sentence in the catalog of a language: what a translator has to know of it, and where it is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from polib import POEntry

from i18n import translator
from i18n.catalogs.audiences import AUDIENCES
from i18n.catalogs.entries import entries, key_of, max_letters, sources, translations
from i18n.catalogs.extract import lines_of
from i18n.catalogs.paths import ROOT, catalog_paths, template_path
from i18n.catalogs.po_files import read_po
from i18n.catalogs.templates import number_sentences
from i18n.locales import TRANSLATED_LANGUAGES


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
    max_letters: int | None


def find_entry(number: int, language: str) -> CatalogEntry | None:
    """`number`: of the sentence in marks. English and the pseudo-locale, which have no catalog, show the template.

    None for a number that no sentence has, or that the catalog does not have yet.
    """
    root = translator.CATALOGS_ROOT
    wanted = next((key for key, known in number_sentences(root).items() if known == number), None)
    templates = [template_path(audience, root) for audience in AUDIENCES]
    for path in catalog_paths(language, root) if language in TRANSLATED_LANGUAGES else templates:
        for entry in entries(read_po(path)):
            if key_of(entry) == wanted:
                return _catalog_entry(entry, path)
    return None


def _catalog_entry(entry: POEntry, path: Path) -> CatalogEntry:
    return CatalogEntry(
        context=entry.msgctxt,
        english=sources(entry),
        translations=translations(entry),
        is_fuzzy=entry.fuzzy,
        notes=tuple(note for note in (entry.comment, entry.tcomment) if note),
        written=Place(path, entry.linenum),
        used=tuple(_used(entry)),
        max_letters=max_letters(entry),
    )


def _used(entry: POEntry) -> Iterator[Place]:
    for name in dict.fromkeys(name for name, _ in entry.occurrences):
        path = ROOT / name
        lines = lines_of(key_of(entry), path) if path.is_file() else []
        yield from [Place(path, line) for line in lines] or [Place(path, None)]
