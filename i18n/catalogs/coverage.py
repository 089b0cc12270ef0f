"""How much of each catalog is translated."""

from dataclasses import dataclass
from pathlib import Path

from polib import POEntry

from i18n.catalogs.audiences import Audience
from i18n.catalogs.entries import entries, is_reviewed, key_of
from i18n.catalogs.paths import ROOT, catalog_path
from i18n.catalogs.po_files import read_po
from i18n.catalogs.templates import read_templates
from i18n.locales import TRANSLATED_LANGUAGES


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Progress of a language with an audience. `missing` and `fuzzy` sentences are shown in English."""

    language: str
    audience: Audience
    total: int
    translated: int
    fuzzy: int
    missing: int


def coverage(root: Path = ROOT) -> list[Coverage]:
    """One entry per language and audience, counted against the templates."""
    templates = {audience: list(entries(template)) for audience, template in read_templates(root).items()}
    return [
        _coverage(wanted, language, audience, root)
        for language in TRANSLATED_LANGUAGES
        for audience, wanted in templates.items()
    ]


def _coverage(wanted: list[POEntry], language: str, audience: Audience, root: Path) -> Coverage:
    catalog = read_po(catalog_path(language, audience, root))
    known = {key_of(entry): entry for entry in entries(catalog)}
    found = [known[key_of(entry)] for entry in wanted if key_of(entry) in known]
    fuzzy = sum(entry.fuzzy for entry in found)
    done = sum(map(is_reviewed, found))
    return Coverage(
        language=language,
        audience=audience,
        total=len(wanted),
        translated=done,
        fuzzy=fuzzy,
        missing=len(wanted) - done - fuzzy,
    )
