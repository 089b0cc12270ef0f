"""Checks the templates and the catalogs of all languages."""

from collections.abc import Iterator
from pathlib import Path

from polib import POEntry, POFile

from i18n.catalogs.audiences import AUDIENCES, Audience
from i18n.catalogs.entries import entries, is_translated, key_of, sources
from i18n.catalogs.extract import extract, is_stale
from i18n.catalogs.headers import has_plural_forms_of, language_of, number_of_forms, plural_forms
from i18n.catalogs.paths import catalog_path, template_path
from i18n.catalogs.po_files import PoFileError, read_po
from i18n.checks.contexts import context_faults
from i18n.checks.finding import Finding, shortened
from i18n.checks.numbers import number_faults
from i18n.checks.translations.placeholders import has_stray_percent, has_unnamed
from i18n.checks.translations.sentences import sentence_faults, text_faults
from i18n.locales import SOURCE_LANGUAGE, TRANSLATED_LANGUAGES


def catalog_findings(root: Path) -> Iterator[Finding]:
    """Reports a stale template; the other checks use the committed one."""
    extracted = extract(root)
    for audience in AUDIENCES:
        where = template_path(audience, root).relative_to(root).as_posix()
        if is_stale(extracted[audience], audience, root):
            yield Finding(where, "stale_template", "the code says something else: run `make messages`")
        try:
            template = read_po(template_path(audience, root))
        except (FileNotFoundError, PoFileError):
            continue
        yield from _template_findings(template, where)
        for language in TRANSLATED_LANGUAGES:
            yield from _language_findings(root, template, language, audience)


def _template_findings(template: POFile, where: str) -> Iterator[Finding]:
    for entry in entries(template):
        places = [":".join(place) for place in entry.occurrences] or [where]
        if any(map(has_unnamed, sources(entry))):
            yield _about(entry, places[0], "unnamed_value", "give the value a name: %(name)s")
        for kind, words in (*number_faults(entry), *context_faults(entry)):
            yield _about(entry, places[0], kind, words)
        for text in sources(entry):
            for kind, words in text_faults(text, text, SOURCE_LANGUAGE):
                yield _about(entry, places[0], kind, words)
        # Jinja formats every sentence, including those without values
        pages = [":".join(place) for place in entry.occurrences if not place[0].endswith(".py")]
        if pages and any(map(has_stray_percent, sources(entry))):
            yield _about(entry, pages[0], "placeholders", "write a percent sign as %% here")


def _language_findings(root: Path, template: POFile, language: str, audience: Audience) -> Iterator[Finding]:
    path = catalog_path(language, audience, root)
    where = path.relative_to(root).as_posix()
    try:
        catalog = read_po(path)
    except FileNotFoundError:
        yield Finding(where, "no_catalog", "there is no such file: run `make messages`")
    except PoFileError as error:
        yield Finding(f"{where}:{error.line}" if error.line else where, "unreadable", error.reason)
    else:
        if not has_plural_forms_of(catalog, language):
            yield Finding(where, "plural_forms", f"the header must say Plural-Forms: {plural_forms(language)}")
        if language_of(catalog) not in ("", language):
            yield Finding(where, "language", f"its header says that it is in {language_of(catalog)}")
        yield from _superfluous(template, catalog, where)
        yield from _entries(template, catalog, where, language)


def _superfluous(template: POFile, catalog: POFile, where: str) -> Iterator[Finding]:
    wanted, seen = set(map(key_of, entries(template))), set()
    for entry in entries(catalog):
        if key_of(entry) not in wanted:
            yield _about(entry, _line(where, entry), "obsolete", "no longer said: run `orion i18n update`")
        elif key_of(entry) in seen:
            yield _about(entry, _line(where, entry), "duplicate", "the file has it twice: keep one of them")
        seen.add(key_of(entry))


def _entries(template: POFile, catalog: POFile, where: str, language: str) -> Iterator[Finding]:
    known = {key_of(entry): entry for entry in entries(catalog)}
    for wanted in entries(template):
        entry = known.get(key_of(wanted))
        if entry is None:
            yield _about(wanted, where, "not_in_catalog", "the file lacks it: run `orion i18n update`")
        elif sources(entry) != sources(wanted):
            yield _about(
                wanted, _line(where, entry), "not_in_catalog", "the file has another plural: run `orion i18n update`"
            )
        elif entry.fuzzy:
            yield _about(entry, _line(where, entry), "fuzzy", "the English has changed: look again")
        elif not is_translated(entry):
            yield _about(entry, _line(where, entry), "missing", "not translated")
        elif wanted.msgid_plural and len(entry.msgstr_plural) != (forms := number_of_forms(language)):
            yield _about(
                entry,
                _line(where, entry),
                "plural_forms",
                f"{len(entry.msgstr_plural)} forms, the language has {forms}",
            )
        else:
            # Hints are the template's: a tool may have saved the catalog without them.
            entry.comment = wanted.comment
            for kind, words in sentence_faults(entry, language):
                yield _about(entry, _line(where, entry), kind, words)


def _line(where: str, entry: POEntry) -> str:
    return f"{where}:{entry.linenum}" if entry.linenum else where


def _about(entry: POEntry, place: str, kind: str, words: str) -> Finding:
    return Finding(place, kind, f"“{shortened(sources(entry)[0])}”: {words}")
