import pytest

from i18n.locales import TRANSLATED_LANGUAGES
from tests.spelling import stamp
from tests.spelling.__main__ import faults_in
from tests.spelling.dictionaries import get_dictionaries
from tests.spelling.stamp import STAMP, inputs
from tests.spelling.words import kept_parts, own_words, used_words
from tests.stamps import Stamp, read_stamp


@pytest.mark.slow
def test_every_word_of_the_translations_is_spelled_right() -> None:
    """`make spelling` has looked them up, says its stamp. Words that came since are looked up now."""
    if read_stamp(STAMP) != Stamp(inputs(), list(TRANSLATED_LANGUAGES)):
        get_dictionaries()
        assert [line for language in TRANSLATED_LANGUAGES for line in faults_in(language)] == []


@pytest.mark.parametrize("language", TRANSLATED_LANGUAGES)
def test_a_list_of_words_is_sorted_and_each_word_is_used(language: str) -> None:
    words = own_words(language)
    assert words == sorted(set(words))
    assert set(words) <= kept_parts(language)


def test_a_new_word_wants_to_be_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp, "used_words", lambda language: used_words(language) | {"récompence"})
    assert read_stamp(STAMP).inputs != inputs()
