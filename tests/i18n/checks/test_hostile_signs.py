"""A translation is printed on pages as it is: nothing in it may open a tag, end an attribute, or hide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polib import POEntry

from i18n.checks.finding import Fault
from i18n.checks.translations.placeholders import placeholder_faults
from i18n.checks.translations.sentences import text_faults
from tests.i18n.pairs import pairs

GREETING = "Hello <b>%(name)s</b>, here you are."


def value_faults(english: str, text: str) -> list[Fault]:
    return list(placeholder_faults(POEntry(msgid=english, msgstr=text), "fr"))


def kinds(english: str, text: str) -> set[str]:
    return {kind for kind, _ in text_faults(english, text, "fr")}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ajouter un <tampon", "markup"),
        ("Ajouter un <!-- tampon", "markup"),
        ("Ajouter un > tampon", "markup"),
        ('Ajouter `" onfocus=x a="` tampon', "markup"),
        ('Ajouter un tampon a(" onfocus=x y=")', "markup"),
        ("Ajouter ' onfocus=x ' tampon", "markup"),
        ("Ajouter un&nbsp;tampon", "markup"),
        ("Ajouter un &#60;tampon", "markup"),
        ("Ajouter <script>x</script> tampon", "tags"),
        ("Ajouter un\ntampon", "breaks"),
        ("Ajouter un\ttampon", "breaks"),
        ("Ajouter un tam\u00adpon", "unseen"),
        ("Ajouter un tampon\u200b", "unseen"),
        ("\ufeffAjouter un tampon", "unseen"),
        ("Ajouter un \u202etampon", "unseen"),
        ("Ajouter un \x04tampon", "unseen"),
        ("Ajouter un \x1b[31mtampon", "unseen"),
        ("—————", "length"),
        ("\u200b", "unseen"),
    ],
)
def test_what_a_page_would_take_for_markup_or_not_show_is_refused(text: str, kind: str) -> None:
    assert kind in kinds("Add a stamp", text)


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour </b>%(name)s<b>, voilà.",
        "Bonjour <b>%(name)s<b>, voilà.",
        "Bonjour </b><b>%(name)s, voilà.",
    ],
)
def test_a_tag_ends_behind_its_beginning(text: str) -> None:
    assert "tags" in kinds(GREETING, text)


def test_tags_may_move_and_stay_within_each_other() -> None:
    english = 'Press <kbd>Enter</kbd> or <a href="x">look <b>here</b></a>.<br>'
    french = '<a href="x">Regardez <b>ici</b></a><br> ou appuyez sur <kbd>Entrée</kbd>.'
    assert "tags" not in kinds(english, french)
    assert "tags" in kinds(english, french.replace("</b></a>", "</a></b>"))


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour <b>%(name)s</b> %(name)%%s, voilà.",
        "Bonjour <b>%%(name)s</b>, voilà.",
        "Bonjour <b>%(name)s</b> %%%s, voilà.",
        "Bonjour <b>%(name)s</b> %(na%%me)s, voilà.",
        "Bonjour <b>%(name)s</b> %(name)*s, voilà.",
        "Bonjour <b>%(name)r</b>, voilà.",
        "Bonjour <b>%(name)s</b>, voilà %",
    ],
)
def test_a_value_that_python_would_fill_in_otherwise_is_refused(text: str) -> None:
    assert value_faults(GREETING, text)


@pytest.mark.parametrize("language", ["fr", "de", "lb"])
def test_every_sentence_that_passes_can_be_filled_in(language: str) -> None:
    """On pages, where all are filled in, also those without values."""
    values = _Anything()
    for english, text in pairs(language):
        if "%(" in english or "%%" in english:
            assert "{" not in text % values or "{" in english
            assert text % values


class _Anything(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "1"


PIECES = st.sampled_from(
    ["%", "%%", "(", ")", "(name)", "(share)", "s", "d", "r", " ", "%(name)s", "%(share)d", "{", "}", "é"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_passes_has_its_values_once_it_is_filled_in(text: str) -> None:
    if not value_faults("%(name)s has %(share)d", text):
        filled = text % {"name": "Zoé", "share": 7, "secret": "hidden"}
        assert "Zoé" in filled
        assert "7" in filled
        assert "hidden" not in filled


@pytest.mark.parametrize("piece", ["a", "{{", "{%", "%(", "<a", "vous êtes "])
def test_a_megabyte_is_refused_at_once(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert "length" in kinds("Add a stamp", text)
    assert len(value_faults(GREETING, text)) > 0
