"""Every sentence of the catalogs beside its translation."""

from collections.abc import Iterator
from functools import cache

from i18n.catalogs import messages, read_catalog, sources, translations
from i18n.locales import LANGUAGES, SOURCE_LANGUAGE
from i18n.translator import catalog_path

TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]


@cache
def pairs(language: str) -> tuple[tuple[str, str], ...]:
    return tuple(_pairs(language))


def _pairs(language: str) -> Iterator[tuple[str, str]]:
    for message in messages(read_catalog(catalog_path(language), language)):
        english = sources(message)
        for form, text in enumerate(translations(message)):
            yield english[min(form, len(english) - 1)], text
