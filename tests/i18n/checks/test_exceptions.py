"""An exception stays as long as it excuses something."""

import pytest

from i18n.checks.translations.exceptions import exceptions_of
from i18n.checks.translations.sentences import unexcused_faults
from i18n.checks.translations.untranslated import shared_words
from i18n.locales import TRANSLATED_LANGUAGES
from tests.i18n.pairs import pairs


@pytest.mark.parametrize("language", TRANSLATED_LANGUAGES)
def test_every_exception_excuses_a_fault(language: str) -> None:
    excused = {(each.kind, english) for each in exceptions_of(language).excused for english in each.english}
    sentences = {english for _, english in excused}
    translated = [(english, text) for english, text in pairs(language) if english in sentences]
    faults = {(kind, english) for english, text in translated for kind, _ in unexcused_faults(english, text, language)}
    assert excused <= faults


@pytest.mark.parametrize("language", TRANSLATED_LANGUAGES)
def test_every_word_that_is_the_same_as_in_english_is_needed(language: str) -> None:
    needed = {word for english, text in pairs(language) if english == text for word in shared_words(english)}
    assert needed == exceptions_of(language).same
