"""Brings a file that any tool has saved to the canonical form."""

from pathlib import Path

from polib import POFile

from i18n.catalogs.entries import set_translations, translations
from i18n.catalogs.headers import language_of
from i18n.catalogs.po_files import canonical, read_po, write_po
from i18n.french import with_no_break_spaces


def normalize_file(path: Path, language: str | None = None) -> bool:
    """Whether the file has changed. Idempotent; loses nothing. Without `language` the file's header says it."""
    catalog = read_po(path)
    normalize_entries(catalog, language or language_of(catalog))
    if canonical(catalog) == path.read_bytes().decode("utf-8"):
        return False
    write_po(path, catalog)
    return True


def normalize_entries(catalog: POFile, language: str) -> None:
    """Replaces the plain spaces that French translators type beside punctuation marks."""
    if language == "fr":
        for entry in catalog:
            set_translations(entry, map(with_no_break_spaces, translations(entry)))
