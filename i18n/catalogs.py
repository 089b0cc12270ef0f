"""Reads and writes the catalogs that translators edit."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from i18n.locales import LANGUAGES
from i18n.translator import Key, catalog_path, compiled

ROOT = Path(__file__).parent.parent
TEMPLATE = Path("i18n/messages.pot")

# Contains neither dates nor line numbers: extracting the same sentences again gives the same file.
HEADER = """\
# The sentences of Orion: {title}.
# English is the source. The words to use: docs/glossary.md
msgid ""
msgstr ""
"Project-Id-Version: Orion\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""
LANGUAGE_HEADER = """\
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Progress of a language. `missing` and `fuzzy` sentences are shown in English."""

    language: str
    total: int
    translated: int
    fuzzy: int
    missing: int


def coverage(root: Path = ROOT) -> list[Coverage]:
    """One entry per shipped language, counted against `messages.pot`."""
    wanted = [key(message) for message in messages(read_catalog(root / TEMPLATE))]
    return [_coverage(wanted, language, root) for language in LANGUAGES]


def number_sentences(root: Path = ROOT) -> dict[Key, int]:
    """The number of each sentence of the template, the same in every process."""
    wanted = sorted((key(message) for message in messages(read_catalog(root / TEMPLATE))), key=str)
    return {said: number for number, said in enumerate(wanted)}


def read_catalog(path: Path, language: str | None = None) -> Catalog:
    """Raises Babel's `PoFileError` for a file that translation tools could not open."""
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def write_catalog(path: Path, catalog: Catalog) -> None:
    """Creates missing folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(rendered(catalog), encoding="utf-8")


def rendered(catalog: Catalog) -> str:
    """The text of a `.po` file, or of the template when the catalog has no language."""
    body = BytesIO()
    is_template = catalog.locale is None
    write_po(body, catalog, width=100, omit_header=True, sort_by_file=is_template, include_lineno=False)
    return f"{_header(catalog)}\n{body.getvalue().decode()}"


def write_binaries(root: Path = ROOT) -> list[Path]:
    """Writes `.mo` files for other tools; Orion itself compiles in memory."""
    paths = [catalog_path(language, root / "i18n") for language in LANGUAGES]
    for language, path in zip(LANGUAGES, paths, strict=True):
        path.with_suffix(".mo").write_bytes(compiled(path, language))
    return [path.with_suffix(".mo") for path in paths]


def messages(catalog: Catalog) -> Iterator[Message]:
    """All entries except the header."""
    return (message for message in catalog if message.id)


def key(message: Message) -> Key:
    """The key of gettext lookups: the (singular) sentence and its context."""
    return sources(message)[0], message.context


def sources(message: Message) -> tuple[str, ...]:
    """The English sentence, or its singular and plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def translations(message: Message) -> tuple[str, ...]:
    """One text, or one for each plural form; empty when not translated."""
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def is_translated(message: Message) -> bool:
    """Whether every plural form is translated."""
    return all(translations(message))


def _header(catalog: Catalog) -> str:
    if not isinstance(catalog.locale, Locale):
        return HEADER.format(title="what there is to translate")
    title = catalog.locale.english_name
    return HEADER.format(title=title) + LANGUAGE_HEADER.format(language=catalog.locale, plurals=catalog.plural_forms)


def _coverage(wanted: list[Key], language: str, root: Path) -> Coverage:
    known = {
        key(message): message for message in messages(read_catalog(catalog_path(language, root / "i18n"), language))
    }
    found = [known[said] for said in wanted if said in known]
    fuzzy = sum(message.fuzzy for message in found)
    done = sum(is_translated(message) and not message.fuzzy for message in found)
    missing = len(wanted) - done - fuzzy
    return Coverage(language=language, total=len(wanted), translated=done, fuzzy=fuzzy, missing=missing)
