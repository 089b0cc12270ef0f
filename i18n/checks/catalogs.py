"""Checks the template and the catalogs of all languages."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError

from i18n.catalogs import TEMPLATE, is_translated, key, messages, read_catalog, sources
from i18n.checks.contexts import context_faults
from i18n.checks.finding import Finding, shortened
from i18n.checks.numbers import number_faults
from i18n.checks.placeholders import has_stray_percent, has_unnamed
from i18n.checks.sentences import sentence_faults
from i18n.extraction import is_stale
from i18n.locales import LANGUAGES
from i18n.translator import catalog_path


def catalog_findings(root: Path) -> Iterator[Finding]:
    """Reports a stale template; the other checks use the committed one."""
    if is_stale(root):
        yield Finding(str(TEMPLATE), "stale_template", "the code says something else: run `orion i18n extract`")
    if not (root / TEMPLATE).exists():
        return
    template = read_catalog(root / TEMPLATE)
    yield from _template_findings(template)
    for language in LANGUAGES:
        yield from _language_findings(root, template, language)


def _template_findings(template: Catalog) -> Iterator[Finding]:
    for message in messages(template):
        files = [file for file, _ in message.locations] or [str(TEMPLATE)]
        if any(map(has_unnamed, sources(message))):
            yield _about(message, files[0], "unnamed_value", "give the value a name: %(name)s")
        for kind, words in (*number_faults(message), *context_faults(message)):
            yield _about(message, files[0], kind, words)
        # Jinja formats every sentence, including those without values
        pages = [file for file in files if not file.endswith(".py")]
        if pages and any(map(has_stray_percent, sources(message))):
            yield _about(message, pages[0], "placeholders", "write a percent sign as %% here")


def _language_findings(root: Path, template: Catalog, language: str) -> Iterator[Finding]:
    path = catalog_path(language, root / "i18n")
    where = path.relative_to(root).as_posix()
    try:
        catalog = read_catalog(path, language)
    except FileNotFoundError:
        yield Finding(where, "missing", "there is no such file: run `orion i18n update`")
    except PoFileError as error:
        yield Finding(where, "unreadable", str(error))
    else:
        yield from _plural_findings(path, where, language)
        yield from _obsolete(template, catalog, where)
        yield from _entries(template, catalog, where, language)


def _plural_findings(path: Path, where: str, language: str) -> Iterator[Finding]:
    wanted = f"nplurals={get_plural(language).num_plurals}; plural={get_plural(language).plural_expr};"
    if f'"Plural-Forms: {wanted}\\n"' not in path.read_text(encoding="utf-8"):
        yield Finding(where, "plural_forms", f"the header must say Plural-Forms: {wanted}")


def _obsolete(template: Catalog, catalog: Catalog, where: str) -> Iterator[Finding]:
    wanted = {key(message) for message in messages(template)}
    unused = [message for message in messages(catalog) if key(message) not in wanted]
    for message in (*unused, *catalog.obsolete.values()):
        yield _about(message, where, "obsolete", "no longer said: run `orion i18n update`")


def _entries(template: Catalog, catalog: Catalog, where: str, language: str) -> Iterator[Finding]:
    known = {key(message): message for message in messages(catalog)}
    for message in messages(template):
        entry = known.get(key(message))
        if entry is None or len(sources(entry)) != len(sources(message)) or not is_translated(entry):
            yield _about(message, where, "missing", "not translated")
        else:
            yield from _entry_findings(entry, where, language)


def _entry_findings(entry: Message, where: str, language: str) -> Iterator[Finding]:
    if entry.fuzzy:
        yield _about(entry, where, "fuzzy", "the English has changed: look again")
    zero_is_singular = get_plural(language).plural_expr == "(n > 1)"
    for kind, words in sentence_faults(entry, language, first_form_is_for_zero=zero_is_singular):
        yield _about(entry, where, kind, words)


def _about(message: Message, where: str, kind: str, words: str) -> Finding:
    place = f"{where}:{message.lineno}" if message.lineno else where
    return Finding(place, kind, f"“{shortened(sources(message)[0])}”: {words}")
