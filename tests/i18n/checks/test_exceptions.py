"""An exception stays as long as it excuses something."""

from collections.abc import Iterator
from functools import cache

import pytest

from i18n.catalogs import messages, read_catalog, sources, translations
from i18n.checks.exceptions import exceptions_of
from i18n.checks.sentences import unexcused_faults
from i18n.checks.untranslated import shared_words
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


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_exception_excuses_a_fault(language: str) -> None:
    faults = {
        (kind, english) for english, text in pairs(language) for kind, _ in unexcused_faults(english, text, language)
    }
    excused = {(entry.kind, english) for entry in exceptions_of(language).excused for english in entry.english}
    assert excused <= faults


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_word_that_is_the_same_as_in_english_is_needed(language: str) -> None:
    needed = {word for english, text in pairs(language) if english == text for word in shared_words(english)}
    assert needed == exceptions_of(language).same
