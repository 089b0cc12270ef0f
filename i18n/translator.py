"""Translates sentences with the committed catalogs."""

from collections.abc import Iterable, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from polib import POFile

from i18n.bidi import isolated
from i18n.catalogs.entries import Key
from i18n.catalogs.headers import PLURAL_FORMS
from i18n.catalogs.paths import ROOT, catalog_paths
from i18n.catalogs.po_files import read_po
from i18n.context import split_key, with_context, without_context
from i18n.locales import LANGUAGES, PSEUDO_LANGUAGE, SOURCE_LANGUAGE
from i18n.marks import is_marking, marked
from i18n.pseudo import PseudoTranslations

CATALOGS_ROOT = ROOT


def N_(message: str) -> str:  # noqa: N802
    """Marks a sentence that is translated later, where the user's language is known."""
    return message


def PN_(context: str, message: str) -> str:  # noqa: N802
    """Marks a sentence with its context that is translated later: `translator.gettext(marked)`. Only that shows it."""
    return with_context(context, message)


def NN_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802
    """Marks a sentence with a plural that is translated later: `translator.ngettext(*marked, count)`."""
    return singular, plural


class Translator:
    """Falls back to English where a translation is missing. Values are interpolated by name: `%(name)s`."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self._translations = translations

    def read_again(self) -> None:
        """From the catalog, which has changed. All holders of this translator use the new one at once."""
        self._translations = read_translations(self.language)

    def gettext(self, message: str, /, **values: object) -> str:
        """Takes what `N_` and `PN_` have marked."""
        # gettext returns the catalog's header for an empty message, and an unknown key as it is
        text = without_context(self._translations.gettext(message)) if message else ""
        return _filled(_marked(text, message), values)

    def ngettext(self, singular: str, plural: str, num: int, /, **values: object) -> str:
        """`num` selects the plural form; to show it, pass it by name as well: `count=num`."""
        text = self._translations.ngettext(singular, plural, num)
        return _filled(_marked(text, singular), values)

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        text = self._translations.pgettext(context, message)
        return _filled(_marked(text, message, context), values)

    def npgettext(self, context: str, singular: str, plural: str, num: int, /, **values: object) -> str:
        text = self._translations.npgettext(context, singular, plural, num)
        return _filled(_marked(text, singular, context), values)


_numbers: Mapping[Key, int] = {}


def enable_marks(numbers: Mapping[Key, int]) -> None:
    """For development: from now on the texts of all translators are marked while `is_marking`; none without numbers."""
    global _numbers  # noqa: PLW0603 - translators are made in many places
    _numbers = numbers


def _marked(text: str, message: str, context: str | None = None) -> str:
    """`message`: maybe with its context. In production this is one look at `is_marking`."""
    if not is_marking.get():
        return text
    number = _numbers.get((message, context) if context else split_key(message))
    return text if number is None else marked(text, number)


@cache
def get_translator(language: str) -> Translator:
    """Raises `ValueError` unless `language` is a shipped language or the pseudo-locale."""
    if language == PSEUDO_LANGUAGE:
        return Translator(language, PseudoTranslations())
    if language not in LANGUAGES:
        raise ValueError(f"Orion has no catalog for {language!r}; it speaks {', '.join(LANGUAGES)}")
    return Translator(language, read_translations(language))


def read_translations(language: str) -> NullTranslations:
    """Raises `PoFileError` for a catalog that does not parse."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    return GNUTranslations(BytesIO(compiled(catalog_paths(language, CATALOGS_ROOT))))


def compiled(paths: Iterable[Path]) -> bytes:
    """The catalogs of a language in gettext's binary form, built in memory so that no build step is needed. Entries
    that are fuzzy, or lack a plural form, are left out.
    """
    catalogs = [read_po(path) for path in paths]
    together = POFile()
    # whatever charset a tool has written there: the text has been decoded
    together.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    if rule := catalogs[0].metadata.get(PLURAL_FORMS):
        together.metadata[PLURAL_FORMS] = rule
    for catalog in catalogs:
        together.extend(catalog)
    return together.to_binary()


def _filled(text: str, values: dict[str, object]) -> str:
    return text % {name: isolated(value) for name, value in values.items()} if values else text
