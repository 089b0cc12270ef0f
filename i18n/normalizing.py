"""Brings a file that any tool has saved to the canonical form."""

from pathlib import Path

from polib import POEntry, POFile

from i18n.french import with_no_break_spaces
from i18n.headers import language_of
from i18n.pofiles import canonical, read_po, set_translations, translations, write_po


def normalize(path: Path, language: str) -> bool:
    """Whether the file has changed. Without a `language`, that of its header. Idempotent; loses nothing."""
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
            _use_no_break_spaces(entry)


def _use_no_break_spaces(entry: POEntry) -> None:
    set_translations(entry, map(with_no_break_spaces, translations(entry)))
