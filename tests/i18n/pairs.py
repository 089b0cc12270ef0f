"""Every sentence of the catalogs beside its translation."""

from functools import cache

from i18n.catalogs import entries
from i18n.catalogs.paths import catalog_paths
from i18n.catalogs.po_files import read_po


@cache
def pairs(language: str) -> tuple[tuple[str, str], ...]:
    catalogs = [read_po(path) for path in catalog_paths(language)]
    translated = [entry for catalog in catalogs for entry in entries.entries(catalog) if entries.is_translated(entry)]
    return tuple(pair for entry in translated for pair in entries.pairs(entry))
