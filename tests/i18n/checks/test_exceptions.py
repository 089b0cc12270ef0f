"""An exception stays as long as it excuses something."""

import pytest

from i18n.checks.translations.exceptions import exceptions_of
from i18n.checks.translations.sentences import unexcused_faults
from i18n.checks.translations.untranslated import shared_words
from i18n.locales import TRANSLATED_LANGUAGES
from tests.i18n.pairs import pairs


@pytest.mark.parametrize("language", TRANSLATED_LANGUAGES)
def test_every_exception_excuses_a_fault(language: str) -> None:
    faults = {
        (kind, english) for english, text in pairs(language) for kind, _ in unexcused_faults(english, text, language)
    }
    excused = {(entry.kind, english) for entry in exceptions_of(language).excused for english in entry.english}
    assert excused <= faults


@pytest.mark.parametrize("language", TRANSLATED_LANGUAGES)
def test_every_word_that_is_the_same_as_in_english_is_needed(language: str) -> None:
    needed = {word for english, text in pairs(language) if english == text for word in shared_words(english)}
    assert needed == exceptions_of(language).same
