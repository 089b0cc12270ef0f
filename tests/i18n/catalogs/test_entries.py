import pytest
from polib import POEntry

from i18n.catalogs.entries import is_reviewed, max_letters, pairs


@pytest.mark.parametrize(
    ("notes", "letters"),
    [
        ("on a small button, max 12", 12),
        ("max. 12, on a watch max 8", 8),
        ("shown at the till", None),
        ("the maximum of 3 days", None),
    ],
)
def test_a_note_says_how_many_letters_fit(notes: str, letters: int | None) -> None:
    assert max_letters(POEntry(msgid="Redeem", comment=notes)) == letters
    assert max_letters(POEntry(msgid="Redeem", tcomment=notes)) == letters


def test_each_form_but_the_first_belongs_to_the_plural() -> None:
    entry = POEntry(msgid="a card", msgid_plural="%(count)s cards", msgstr_plural={0: "karta", 1: "karty", 2: "kart"})
    assert list(pairs(entry)) == [("a card", "karta"), ("%(count)s cards", "karty"), ("%(count)s cards", "kart")]


@pytest.mark.parametrize(
    ("entry", "is_read"),
    [
        (POEntry(msgid="card", msgstr="carte"), True),
        (POEntry(msgid="card", msgstr="carte", flags=["fuzzy"]), False),
        (POEntry(msgid="card", msgid_plural="cards", msgstr_plural={0: "carte", 1: ""}), False),
    ],
)
def test_what_is_fuzzy_or_lacks_a_form_is_not_reviewed(entry: POEntry, is_read: bool) -> None:
    assert is_reviewed(entry) == is_read
