"""Translates sentences with the committed catalogs."""

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from i18n.bidi import isolated
from i18n.locales import LANGUAGES, PSEUDO_LANGUAGE
from i18n.marks import is_marking, marked
from i18n.pseudo import PseudoTranslations

CATALOGS = Path(__file__).parent

Key = tuple[str, str | None]
"""Of gettext lookups: the (singular) sentence and its context."""


def N_(message: str) -> str:  # noqa: N802
    """Marks a sentence that is translated later, where the user's language is known."""
    return message


def NN_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802
    """Marks a sentence with a plural that is translated later: `translator.ngettext(*marked, count)`."""
    return singular, plural


class Translator:
    """Falls back to English where a translation is missing. Values are interpolated by name: `%(name)s`."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self._translations = translations

    def read_again(self) -> None:
        """From the catalog, which has changed. Whoever holds this translator speaks with the new one at once."""
        self._translations = read_translations(self.language)

    def gettext(self, message: str, /, **values: object) -> str:
        # gettext returns the catalog's header for an empty message
        text = self._translations.gettext(message) if message else ""
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
    """For development: from now on the texts of all translators are marked while `is_marking`."""
    global _numbers  # noqa: PLW0603 - translators are made in many places
    _numbers = numbers


def disable_marks() -> None:
    """Texts are as in production again."""
    enable_marks({})


def _marked(text: str, message: str, context: str | None = None) -> str:
    if not is_marking.get():
        return text
    number = _numbers.get((message, context))
    return text if number is None else marked(text, number)


@cache
def get_translator(language: str) -> Translator:
    """Raises `ValueError` unless `language` is a shipped language or the pseudo-locale."""
    if language == PSEUDO_LANGUAGE:
        return Translator(language, PseudoTranslations())
    if language not in LANGUAGES:
        raise ValueError(f"Orion has no catalog for {language!r}; it speaks {', '.join(LANGUAGES)}")
    return Translator(language, read_translations(language))


def read_translations(language: str) -> GNUTranslations:
    """Raises Babel's `PoFileError` for a catalog that does not parse."""
    return GNUTranslations(BytesIO(compiled(catalog_path(language), language)))


def catalog_path(language: str, folder: Path | None = None) -> Path:
    """The path that gettext tools expect."""
    return (folder or CATALOGS) / language / "LC_MESSAGES" / "messages.po"


def compiled(path: Path, language: str) -> bytes:
    """The binary form for gettext, built in memory so that no build step is needed."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=language, abort_invalid=True)
    binary = BytesIO()
    write_mo(binary, catalog)
    return binary.getvalue()


def _filled(text: str, values: dict[str, object]) -> str:
    return text % {name: isolated(value) for name, value in values.items()} if values else text
