"""The sentences of the code, as the templates (`.pot`) of all audiences have them."""

from pathlib import Path

from polib import POEntry, POFile

from i18n.catalogs.audiences import AUDIENCES, Audience
from i18n.catalogs.entries import Key, entries, key_of
from i18n.catalogs.paths import ROOT, template_path
from i18n.catalogs.po_files import read_po


def read_templates(root: Path = ROOT) -> dict[Audience, POFile]:
    """Raises `FileNotFoundError` when one is missing."""
    return {audience: read_po(template_path(audience, root)) for audience in AUDIENCES}


def template_entries(root: Path = ROOT) -> list[POEntry]:
    """All sentences of the templates."""
    return [entry for template in read_templates(root).values() for entry in entries(template)]


def number_sentences(root: Path = ROOT) -> dict[Key, int]:
    """The number of each sentence of the templates, the same in every process."""
    keys = sorted((key_of(entry) for entry in template_entries(root)), key=str)
    return {key: number for number, key in enumerate(keys)}
