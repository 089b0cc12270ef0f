"""Takes translations from a file that somebody has edited elsewhere, perhaps for days, into the catalogs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from polib import POEntry, POFile

from i18n.catalogs import ROOT, catalog_paths
from i18n.headers import language_of
from i18n.normalizing import normalize_entries
from i18n.pofiles import (
    PoFileError,
    entries,
    is_translated,
    key,
    read_po,
    set_translations,
    sources,
    translations,
    write_po,
)


@dataclass
class Import:
    """Sentences in English. `differing` are translated otherwise here; `unknown` are no longer said."""

    taken: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def import_translations(file: Path, language: str, root: Path = ROOT, *, overwrite: bool = False) -> Import:
    """Fills what is missing or not reviewed; with `overwrite` also replaces what is translated otherwise.

    Entries of the file that are fuzzy or not translated are ignored. Raises `PoFileError`.
    """
    edited = read_po(file)
    if language_of(edited) not in ("", language):
        raise PoFileError(file, 0, f"its header says that it is in {language_of(edited)}, not in {language}")
    normalize_entries(edited, language)
    done = {key(entry): entry for entry in entries(edited) if is_translated(entry) and not entry.fuzzy}
    report = Import()
    for path in catalog_paths(language, root):
        catalog = read_po(path)
        known = list(_known(catalog, done))
        for ours, theirs in known:
            _take(ours, theirs, report, overwrite=overwrite)
            del done[key(ours)]
        if known:
            write_po(path, catalog)
    report.unknown += [entry.msgid for entry in done.values()]
    return report


def _known(catalog: POFile, done: dict[tuple[str, str | None], POEntry]) -> Iterator[tuple[POEntry, POEntry]]:
    for entry in entries(catalog):
        theirs = done.get(key(entry))
        if theirs is not None and sources(theirs) == sources(entry):
            yield entry, theirs


def _take(ours: POEntry, theirs: POEntry, report: Import, *, overwrite: bool) -> None:
    is_done = is_translated(ours) and not ours.fuzzy
    if is_done and translations(ours) == translations(theirs):
        return
    if is_done and not overwrite:
        report.differing.append(ours.msgid)
        return
    set_translations(ours, translations(theirs))
    ours.tcomment = theirs.tcomment or ours.tcomment
    ours.flags = [flag for flag in ours.flags if flag != "fuzzy"]
    ours.previous_msgctxt = ours.previous_msgid = ours.previous_msgid_plural = None
    report.taken.append(ours.msgid)
