"""The text part of an email reads like its HTML."""

from backend.messaging.templates.text_part import text_of


def test_a_link_stands_on_a_line_of_its_own_in_any_language() -> None:
    assert text_of('<p>Bonjour <a href="https://x.example/c">Voir la carte</a></p>') == (
        "Bonjour Voir la carte\nhttps://x.example/c"
    )


def test_spaces_that_do_not_break_stay_and_others_collapse() -> None:
    assert (
        text_of("<p>Il vous reste\n   2\u202f500\u00a0points\u202f!</p>")
        == "Il vous reste 2\u202f500\u00a0points\u202f!"
    )


def test_lists_are_numbered_or_have_bullets() -> None:
    assert text_of("<ol><li>a</li><li>b</li></ol><ul><li>c</li></ul>") == "1. a\n2. b\n\n• c"
