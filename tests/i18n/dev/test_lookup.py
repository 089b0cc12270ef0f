"""What a translator is told of a sentence that stands in a page."""

from dataclasses import replace

import pytest

from i18n.catalogs.entries import Key
from i18n.catalogs.paths import ROOT
from i18n.catalogs.templates import number_sentences
from i18n.dev.lookup import CatalogEntry, Place, find_entry


@pytest.fixture(scope="module")
def numbers() -> dict[Key, int]:
    return number_sentences()


def entry(number: int, language: str = "fr") -> CatalogEntry:
    found = find_entry(number, language)
    assert found is not None
    return found


def lines(place: Place) -> list[str]:
    """From the one that is named."""
    assert place.line is not None
    return place.path.read_text("utf-8").splitlines()[place.line - 1 :]


def test_an_entry_leads_to_the_line_of_the_catalog_and_to_those_that_say_it(numbers: dict[Key, int]) -> None:
    found = entry(numbers["Add points", None])
    assert (found.english, found.translations) == (("Add points",), ("Ajouter des points",))
    assert 'msgid "Add points"' in lines(found.written)[:3]
    assert ROOT / "frontend/till/card/commands.html" in {place.path for place in found.used}
    assert all("Add points" in lines(place)[0] for place in found.used)


def test_plurals_and_contexts_are_told_apart(numbers: dict[Key, int]) -> None:
    assert entry(numbers["%(count)s point", None]).english == ("%(count)s point", "%(count)s points")
    active = entry(numbers["Active", "state of a card"])
    assert (active.context, active.translations) == ("state of a card", ("Active",))


@pytest.mark.parametrize(
    ("note", "letters"),
    [("on a small button, max 12", 12), ("shown at the till", None), ("the maximum of 3 days", None)],
)
def test_a_note_says_how_many_letters_fit(numbers: dict[Key, int], note: str, letters: int | None) -> None:
    assert replace(entry(numbers["Add points", None]), notes=(note,)).longest == letters


@pytest.mark.parametrize("language", ["en", "en_XA"])
def test_english_and_the_pseudo_locale_show_the_template(numbers: dict[Key, int], language: str) -> None:
    assert entry(numbers["Add points", None], language).written.path.name == "staff.pot"


def test_a_number_of_no_sentence_is_nothing() -> None:
    assert find_entry(100_000, "fr") is None
