"""Updates the catalogs to the sentences of the templates. Nothing that somebody translated is lost."""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

from polib import POEntry, POFile

from i18n.catalogs.audiences import Audience
from i18n.catalogs.entries import (
    Key,
    entries,
    is_reviewed,
    is_translated,
    key_of,
    set_translations,
    sources,
    translations,
)
from i18n.catalogs.headers import complete_header, number_of_forms
from i18n.catalogs.normalize import normalize_entries
from i18n.catalogs.paths import ROOT, catalog_path
from i18n.catalogs.po_files import PoFileError, canonical, read_po, write_po
from i18n.catalogs.templates import read_templates
from i18n.locales import TRANSLATED_LANGUAGES

FUZZY = "fuzzy"
ALIKE = 0.6
"""The similarity from which msgmerge, too, offers the translation of one sentence for another."""


def update_catalogs(root: Path = ROOT, languages: Iterable[str] = TRANSLATED_LANGUAGES) -> list[Path]:
    """Creates what is missing. Answers the files that have changed.

    A sentence that is no longer said stays in its file as an obsolete entry (`#~`). A new one gets the translation of a
    similar one that is no longer said, marked fuzzy, with the earlier English beside it (`#|`).
    """
    templates = read_templates(root)
    return [path for language in languages for path in _update_language(language, templates, root)]


def _update_language(language: str, templates: dict[Audience, POFile], root: Path) -> Iterator[Path]:
    paths = {audience: catalog_path(language, audience, root) for audience in templates}
    catalogs = {audience: read_po(path) if path.exists() else POFile() for audience, path in paths.items()}
    _refuse_two_translations({paths[audience]: catalog for audience, catalog in catalogs.items()})
    wanted = {key_of(entry) for template in templates.values() for entry in entries(template)}
    memory = Memory(catalogs.values(), wanted)
    for audience, template in templates.items():
        updated = _updated(catalogs[audience], template, memory, language)
        complete_header(updated, language, audience)
        normalize_entries(updated, language)
        text = canonical(updated)
        if not paths[audience].exists() or paths[audience].read_text(encoding="utf-8") != text:
            write_po(paths[audience], updated)
            yield paths[audience]


class Memory:
    """All entries of a language: sentences may move from one audience to another."""

    def __init__(self, catalogs: Iterable[POFile], wanted: set[Key]) -> None:
        self.wanted = wanted
        known = [entry for catalog in catalogs for entry in catalog]
        self._in_use = _best(entry for entry in known if not entry.obsolete)
        self._obsolete = _best(entry for entry in known if entry.obsolete)
        vanished = [entry for key, entry in self._in_use.items() if key not in wanted]
        self._offered = [entry for entry in (*vanished, *self._obsolete.values()) if is_translated(entry)]

    def find(self, key: Key) -> POEntry | None:
        """An entry in use wins, unless only an obsolete one is translated."""
        found = [known[key] for known in (self._in_use, self._obsolete) if key in known]
        return next(filter(is_translated, found), found[0] if found else None)

    def find_similar(self, entry: POEntry) -> POEntry | None:
        """Among those that are no longer said, as a translation still in use is seldom right for two sentences."""
        matcher = SequenceMatcher(b=entry.msgid, autojunk=False)
        best, ratio = None, ALIKE
        for candidate in self._offered:
            matcher.set_seq1(candidate.msgid)
            if matcher.real_quick_ratio() >= ratio and matcher.quick_ratio() >= ratio and matcher.ratio() >= ratio:
                best, ratio = candidate, matcher.ratio()
        return best


def _best(known: Iterable[POEntry]) -> dict[Key, POEntry]:
    """One for each sentence; git may have merged two."""
    best: dict[Key, POEntry] = {}
    for entry in known:
        if key_of(entry) not in best or _worth(entry) > _worth(best[key_of(entry)]):
            best[key_of(entry)] = entry
    return best


def _worth(entry: POEntry) -> tuple[bool, bool]:
    return is_translated(entry), not entry.fuzzy


def _refuse_two_translations(catalogs: dict[Path, POFile]) -> None:
    """Raises `PoFileError`: only the translator knows which of them is to stay."""
    known: dict[tuple[Key, Path | None], tuple[Path, POEntry]] = {}
    for path, entry in ((path, entry) for path, catalog in catalogs.items() for entry in catalog):
        if not is_reviewed(entry):
            continue
        where, other = known.setdefault((key_of(entry), path if entry.obsolete else None), (path, entry))
        if translations(other) != translations(entry):
            reason = f"“{entry.msgid}” is translated twice, otherwise in {where.name}: keep one of them"
            raise PoFileError(path, entry.linenum or 0, reason)


def _updated(catalog: POFile, template: POFile, memory: Memory, language: str) -> POFile:
    updated = POFile()
    updated.header, updated.metadata = catalog.header, catalog.metadata
    updated.metadata_is_fuzzy = catalog.metadata_is_fuzzy
    updated.extend(_merged(entry, memory, number_of_forms(language)) for entry in entries(template))
    obsolete = [entry for entry in catalog if key_of(entry) not in memory.wanted and any(translations(entry))]
    updated.extend(map(_obsolete, _best(obsolete).values()))
    return updated


def _obsolete(entry: POEntry) -> POEntry:
    entry.obsolete = True
    entry.occurrences, entry.comment = [], ""
    # polib does not read these of obsolete entries
    entry.previous_msgctxt = entry.previous_msgid = entry.previous_msgid_plural = None
    return entry


def _merged(wanted: POEntry, memory: Memory, forms: int) -> POEntry:
    """The entry of the template with the translation that is known, or that of a similar sentence."""
    merged = POEntry(
        msgid=wanted.msgid,
        msgid_plural=wanted.msgid_plural,
        msgctxt=wanted.msgctxt,
        comment=wanted.comment,
        occurrences=wanted.occurrences,
        flags=list(wanted.flags),
    )
    set_translations(merged, [""] * (forms if wanted.msgid_plural else 1))
    if known := memory.find(key_of(wanted)) or memory.find_similar(wanted):
        _take_over(merged, known, forms)
    return merged


def _take_over(merged: POEntry, known: POEntry, forms: int) -> None:
    merged.tcomment = known.tcomment
    merged.flags += [flag for flag in known.flags if not flag.endswith("-format")]
    texts = translations(known)
    if (key_of(known), sources(known)) == (key_of(merged), sources(merged)):
        merged.previous_msgid, merged.previous_msgid_plural = known.previous_msgid, known.previous_msgid_plural
        merged.previous_msgctxt = known.previous_msgctxt
    elif any(texts):
        merged.previous_msgid, merged.previous_msgid_plural = known.msgid, known.msgid_plural or None
        merged.previous_msgctxt = known.msgctxt
        merged.flags = [FUZZY, *(flag for flag in merged.flags if flag != FUZZY)]
    if not merged.msgid_plural:
        texts = texts[-1:]
    set_translations(merged, [*texts, *[""] * (forms - len(texts))] if merged.msgid_plural else texts)
