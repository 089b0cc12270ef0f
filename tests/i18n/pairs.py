"""Every sentence of the catalogs beside its translation."""

from collections.abc import Iterator
from functools import cache

from polib import POEntry

from i18n.catalogs import catalog_paths
from i18n.pofiles import is_translated, read_po, sources, translations


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
