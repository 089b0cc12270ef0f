"""Updates the catalogs to the sentences of the template."""

from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from i18n.catalogs import ROOT, TEMPLATE, is_translated, messages, read_catalog, translations, write_catalog
from i18n.french import with_no_break_spaces
from i18n.locales import LANGUAGES, SOURCE_LANGUAGE
from i18n.translator import catalog_path


def update_catalogs(root: Path = ROOT, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Fills in English. While a language lacks a translation, those of removed sentences stay as obsolete entries."""
    paths = [catalog_path(language, root / "i18n") for language in languages]
    for language, path in zip(languages, paths, strict=True):
        catalog = read_catalog(path, language) if path.exists() else Catalog(locale=language)
        # Babel's fuzzy matching also offers the translations of sentences that are still in use.
        catalog.update(read_catalog(root / TEMPLATE), no_fuzzy_matching=True)
        _complete(catalog, language)
        write_catalog(path, catalog)
    return paths


def _complete(catalog: Catalog, language: str) -> None:
    for message in messages(catalog):
        if language == SOURCE_LANGUAGE:
            message.string = message.id
            message.flags.discard("fuzzy")
        elif language == "fr":
            message.string = _with_french_spaces(message)
    if all(map(is_translated, messages(catalog))):
        catalog.obsolete.clear()


def _with_french_spaces(message: Message) -> str | tuple[str, ...]:
    texts = tuple(map(with_no_break_spaces, translations(message)))
    return texts if message.pluralizable else texts[0]
