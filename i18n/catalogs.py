"""The catalogs that translators edit: for each language one file per audience."""

from dataclasses import dataclass
from pathlib import Path

from polib import POEntry, POFile

from i18n.audiences import AUDIENCES, Audience
from i18n.locales import LANGUAGES, SOURCE_LANGUAGE
from i18n.pofiles import Key, entries, is_translated, key, read_po

ROOT = Path(__file__).parent.parent
TRANSLATED_LANGUAGES = tuple(language for language in LANGUAGES if language != SOURCE_LANGUAGE)
"""English has no catalog: its sentences stand in the code."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Progress of a language with an audience. `missing` and `fuzzy` sentences are shown in English."""

    language: str
    audience: Audience
    total: int
    translated: int
    fuzzy: int
    missing: int


def template_path(audience: Audience, root: Path = ROOT) -> Path:
    return root / "i18n" / f"{audience}.pot"


def catalog_path(language: str, audience: Audience, root: Path = ROOT) -> Path:
    """Where gettext tools expect it; the audience is the domain."""
    return root / "i18n" / language / "LC_MESSAGES" / f"{audience}.po"


def catalog_paths(language: str, root: Path = ROOT) -> list[Path]:
    return [catalog_path(language, audience, root) for audience in AUDIENCES]


def read_templates(root: Path = ROOT) -> dict[Audience, POFile]:
    """Raises `FileNotFoundError` when one is missing."""
    return {audience: read_po(template_path(audience, root)) for audience in AUDIENCES}


def sentences(root: Path = ROOT) -> list[POEntry]:
    """All sentences of the templates."""
    return [entry for template in read_templates(root).values() for entry in entries(template)]


def number_sentences(root: Path = ROOT) -> dict[Key, int]:
    """The number of each sentence of the templates, the same in every process."""
    wanted = sorted((key(entry) for entry in sentences(root)), key=str)
    return {said: number for number, said in enumerate(wanted)}


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
    known = {key(entry): entry for entry in entries(catalog)}
    found = [known[key(entry)] for entry in wanted if key(entry) in known]
    fuzzy = sum(entry.fuzzy for entry in found)
    done = sum(is_translated(entry) and not entry.fuzzy for entry in found)
    return Coverage(
        language=language,
        audience=audience,
        total=len(wanted),
        translated=done,
        fuzzy=fuzzy,
        missing=len(wanted) - done - fuzzy,
    )
