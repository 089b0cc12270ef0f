"""Every sentence of the catalogs beside its translation."""

from collections.abc import Iterator
from functools import cache

from polib import POEntry

from i18n.catalogs.entries import is_translated, sources, translations
from i18n.catalogs.paths import catalog_paths
from i18n.catalogs.po_files import read_po


@cache
def pairs(language: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        pair for entry in _translated(language) if not entry.obsolete for pair in _pairs(entry, *sources(entry))
    )


@cache
def kept_pairs(language: str) -> tuple[tuple[str, str], ...]:
    """Also what is no longer said, and what translations said before a developer rephrased the English."""
    kept = ((entry, entry.previous_msgid) for entry in _translated(language))
    return tuple(pair for entry, before in kept for pair in (*_pairs(entry, *sources(entry)), *_pairs(entry, before)))


def _translated(language: str) -> Iterator[POEntry]:
    return (entry for path in catalog_paths(language) for entry in read_po(path) if is_translated(entry))


def _pairs(entry: POEntry, *english: str | None) -> Iterator[tuple[str, str]]:
    for form, text in enumerate(translations(entry)):
        if said := english[min(form, len(english) - 1)]:
            yield said, text
