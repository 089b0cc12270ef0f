import pytest

from tests.i18n.pairs import TRANSLATED
from tests.spelling import stamp
from tests.spelling.stamp import STAMP, inputs
from tests.spelling.words import own_words, used_parts, used_words
from tests.stamps import Stamp, read_stamp


def test_every_word_of_the_translations_has_been_looked_up() -> None:
    """`make spelling` does it: it gets dictionaries from Debian and npm, so not each time the tests run."""
    assert read_stamp(STAMP) == Stamp(inputs(), TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_list_of_words_is_sorted_and_each_word_is_used(language: str) -> None:
    words = own_words(language)
    assert words == sorted(set(words))
    assert set(words) <= used_parts(language)


def test_a_new_word_wants_to_be_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp, "used_words", lambda language: used_words(language) | {"récompence"})
    assert read_stamp(STAMP).inputs != inputs()
