from collections.abc import Iterator

import pytest

from i18n.catalogs.entries import Key
from i18n.catalogs.templates import number_sentences
from i18n.locales import LANGUAGES, PSEUDO_LANGUAGE
from i18n.marks import MarkedText, find_marked, is_marking, marked, unmarked
from i18n.translator import enable_marks, get_translator
from i18n.unseen import clean_field


def test_a_page_tells_which_sentence_stands_where() -> None:
    page = f"<h1>{marked('Points', 4)}</h1><p>{marked('Ready', 3202)}</p>"
    assert find_marked(page) == [MarkedText(4, "Points"), MarkedText(3202, "Ready")]
    assert unmarked(page) == "<h1>Points</h1><p>Ready</p>"


def test_a_sentence_may_contain_another() -> None:
    inner = marked("3 points", 7)
    text = marked("Anna: %(amount)s.", 8) % {"amount": inner}
    assert find_marked(text) == [MarkedText(7, "3 points"), MarkedText(8, "Anna: 3 points.")]


def test_a_sentence_that_was_cut_off_is_left_out() -> None:
    assert find_marked(marked("Points", 4)[:-1]) == []
    assert find_marked(marked("Points", 4)[3:]) == []


def test_nothing_stays_nothing() -> None:
    assert marked("", 1) == ""


def test_a_field_into_which_a_marked_text_is_pasted_drops_the_marks() -> None:
    assert clean_field("first_name", marked("Anna", 12)) == "Anna"


@pytest.fixture
def marking() -> Iterator[dict[Key, int]]:
    numbers = number_sentences()
    enable_marks(numbers)
    token = is_marking.set(True)
    yield numbers
    is_marking.reset(token)
    enable_marks({})


def test_texts_of_every_language_are_marked_with_the_same_numbers(marking: dict[Key, int]) -> None:
    for language in (*LANGUAGES, PSEUDO_LANGUAGE):
        text = get_translator(language).gettext("Sign in")
        assert [found.number for found in find_marked(text)] == [marking["Sign in", None]], language


def test_plurals_contexts_and_values_are_marked_too(marking: dict[Key, int]) -> None:
    translator = get_translator("fr")
    text = translator.ngettext("%(count)s point", "%(count)s points", 3, count=3)
    assert find_marked(text) == [MarkedText(marking["%(count)s point", None], "3 points")]
    context, message = next((context, message) for message, context in marking if context)
    [found] = find_marked(translator.pgettext(context, message))
    assert found.number == marking[message, context]


def test_without_being_asked_nothing_is_marked(marking: dict[Key, int]) -> None:
    is_marking.set(False)
    assert get_translator("fr").gettext("Sign in") == "Se connecter"
