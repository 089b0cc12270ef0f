"""Translates sentences with the committed catalogs."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from i18n.bidi import isolated
from i18n.context import with_context, without_context
from i18n.locales import LANGUAGES, PSEUDO_LANGUAGE
from i18n.pseudo import PseudoTranslations

CATALOGS = Path(__file__).parent


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

    def gettext(self, message: str, /, **values: object) -> str:
        """Takes what `N_` and `PN_` have marked."""
        # gettext returns the catalog's header for an empty message, and an unknown key as it is
        return _filled(without_context(self._translations.gettext(message)) if message else "", values)

    def ngettext(self, singular: str, plural: str, num: int, /, **values: object) -> str:
        """`num` selects the plural form; to show it, pass it by name as well: `count=num`."""
        return _filled(self._translations.ngettext(singular, plural, num), values)

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        return _filled(self._translations.pgettext(context, message), values)

    def npgettext(self, context: str, singular: str, plural: str, num: int, /, **values: object) -> str:
        return _filled(self._translations.npgettext(context, singular, plural, num), values)


@cache
def get_translator(language: str) -> Translator:
    """Raises `ValueError` unless `language` is a shipped language or the pseudo-locale."""
    if language == PSEUDO_LANGUAGE:
        return Translator(language, PseudoTranslations())
    if language not in LANGUAGES:
        raise ValueError(f"Orion has no catalog for {language!r}; it speaks {', '.join(LANGUAGES)}")
    return Translator(language, GNUTranslations(BytesIO(compiled(catalog_path(language), language))))


def catalog_path(language: str, folder: Path = CATALOGS) -> Path:
    """The path that gettext tools expect."""
    return folder / language / "LC_MESSAGES" / "messages.po"


def compiled(path: Path, language: str) -> bytes:
    """The binary form for gettext, built in memory so that no build step is needed."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=language, abort_invalid=True)
    binary = BytesIO()
    write_mo(binary, catalog)
    return binary.getvalue()


def _filled(text: str, values: dict[str, object]) -> str:
    return text % {name: isolated(value) for name, value in values.items()} if values else text
