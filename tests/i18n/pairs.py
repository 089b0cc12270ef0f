"""Every sentence of the catalogs beside its translation."""

from collections.abc import Iterator
from functools import cache

from i18n.catalogs.entries import entries, is_translated, sources, translations
from i18n.catalogs.paths import catalog_paths
from i18n.catalogs.po_files import read_po


@cache
def pairs(language: str) -> tuple[tuple[str, str], ...]:
    return tuple(_pairs(language))


def _pairs(language: str) -> Iterator[tuple[str, str]]:
    for entry in (entry for path in catalog_paths(language) for entry in entries(read_po(path))):
        english = sources(entry)
        for form, text in enumerate(translations(entry) if is_translated(entry) else ()):
            yield english[min(form, len(english) - 1)], text
