"""Every sentence of the catalogs beside its translation."""

from collections.abc import Iterator
from functools import cache

from i18n.catalogs import catalog_paths
from i18n.pofiles import entries, is_translated, read_po, sources, translations


@cache
def pairs(language: str) -> tuple[tuple[str, str], ...]:
    return tuple(_pairs(language))


def _pairs(language: str) -> Iterator[tuple[str, str]]:
    for entry in (entry for path in catalog_paths(language) for entry in entries(read_po(path))):
        english = sources(entry)
        for form, text in enumerate(translations(entry) if is_translated(entry) else ()):
            yield english[min(form, len(english) - 1)], text
