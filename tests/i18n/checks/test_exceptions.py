"""An exception stays as long as it excuses something, or would excuse it again: developers need not remove it."""

from collections.abc import Iterable

import pytest

from i18n.checks.translations.exceptions import exceptions_of
from i18n.checks.translations.sentences import unexcused_faults
from i18n.checks.translations.untranslated import shared_words
from i18n.locales import TRANSLATED_LANGUAGES
from tests.i18n.pairs import kept_pairs, pairs


@pytest.mark.parametrize("language", TRANSLATED_LANGUAGES)
def test_every_exception_excuses_a_fault(language: str) -> None:
    faults = {
        (kind, english)
        for english, text in kept_pairs(language)
        for kind, _ in unexcused_faults(english, text, language)
    }
    excused = {(entry.kind, english) for entry in exceptions_of(language).excused for english in entry.english}
    assert sorted(excused - faults) == [], f"i18n/{language}/exceptions.toml need not name them"


@pytest.mark.parametrize("language", TRANSLATED_LANGUAGES)
def test_every_word_that_is_the_same_as_in_english_is_needed(language: str) -> None:
    same = exceptions_of(language).same
    assert sorted(_equal_words(pairs(language)) - same) == []
    assert sorted(same - _equal_words(kept_pairs(language))) == [], (
        f"i18n/{language}/exceptions.toml need not name them"
    )


def _equal_words(of: Iterable[tuple[str, str]]) -> set[str]:
    return {word for english, text in of if english == text for word in shared_words(english)}
