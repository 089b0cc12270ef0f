"""What a translator is told of a sentence that stands in a page."""

import pytest

from i18n.catalogs.templates import number_sentences
from i18n.dev.lookup import CatalogEntry, Place, find_entry
from tests.i18n.conftest import Project

PAGE = "frontend/office/page.html"


def entry(project: Project, sentence: str, context: str | None = None, language: str = "fr") -> CatalogEntry:
    found = find_entry(number_sentences(project.root)[sentence, context], language)
    assert found is not None
    return found


def text_at(place: Place) -> str:
    assert place.line is not None
    return place.path.read_text("utf-8").splitlines()[place.line - 1]


def test_an_entry_has_the_sentence_and_its_translation(project: Project) -> None:
    found = entry(project, "Add a stamp")
    assert (found.english, found.translations) == (("Add a stamp",), ("Ajouter un tampon",))


def test_an_entry_leads_to_its_line_in_the_catalog(project: Project) -> None:
    assert text_at(entry(project, "Add a stamp").written) == 'msgid "Add a stamp"'


def test_an_entry_leads_to_the_lines_that_say_it_today(project: Project) -> None:
    project.replace(PAGE, "<body>", "<body>\n\n")
    [place] = entry(project, "Add a stamp").used
    assert (place.path, text_at(place)) == (project.root / PAGE, '<button title="{{ _("Add a stamp") }}">')


def test_a_file_that_says_it_no_longer_is_named_without_a_line(project: Project) -> None:
    project.replace(PAGE, "Add a stamp", "Add two stamps")
    assert entry(project, "Add a stamp").used == (Place(project.root / PAGE, None),)


def test_an_entry_has_all_plural_forms(project: Project) -> None:
    found = entry(project, "{count} try left")
    assert found.english == ("{count} try left", "{count} tries left")
    assert len(found.translations) == 2


def test_an_entry_has_its_context_and_what_its_note_says(project: Project) -> None:
    found = entry(project, "Redeem", "button")
    assert (found.context, found.notes, found.max_letters) == ("button", ("on a small button, max 12",), 12)


@pytest.mark.parametrize("language", ["en", "en_XA"])
def test_english_and_the_pseudo_locale_show_the_template(project: Project, language: str) -> None:
    assert entry(project, "Add a stamp", language=language).written.path.name == "staff.pot"


def test_a_number_of_no_sentence_is_nothing(project: Project) -> None:
    assert find_entry(100_000, "fr") is None
