import json
import os

import pytest

from i18n.catalogs.audiences import AUDIENCES, READERS, audience_of
from i18n.catalogs.entries import entries, key_of, sources
from i18n.catalogs.extract import extract, is_stale, write_templates
from i18n.catalogs.paths import ROOT
from i18n.catalogs.templates import read_templates, template_entries
from tests.i18n.conftest import Project

PAGE = "frontend/office/page.html"
TEMPLATE = "i18n/staff.pot"


def test_sentences_are_found_in_pages_and_in_python_with_plurals_contexts_and_notes(project: Project) -> None:
    found = {sources(entry): entry for entry in template_entries(project.root)}
    assert set(found) == {
        ("All customers",),
        ("Expired",),
        ("Add a stamp",),
        ("Redeem",),
        ("Hello <b>%(name)s</b>, here you are.",),
        ("%(count)s point", "%(count)s points"),
        ("This card is not active",),
        ("{count} try left", "{count} tries left"),
    }
    assert found["Redeem",].msgctxt == "button"
    assert found["Expired",].msgctxt == "state of a card"
    assert {said[0]: entry.comment for said, entry in found.items() if entry.comment} == {
        "Redeem": "on a small button, max 12",
        "This card is not active": "shown at the till",
        "Expired": "the state of the card, at the till",
    }


def test_a_note_is_about_all_sentences_of_the_line_below(project: Project) -> None:
    row = '{# NOTE: width of the preview #}\n{{ [_("Wide one"), _("Narrow one")] }}\n{{ _("Next line") }}'
    project.replace(PAGE, "</body>", f"{row}</body>")
    notes = {entry.msgid: entry.comment for entry in extract(project.root)["staff"]}
    assert notes["Wide one"] == notes["Narrow one"] == "width of the preview"
    assert notes["Next line"] == ""


def test_a_sentence_in_a_place_that_cannot_grow_tells_how_many_letters_fit(project: Project) -> None:
    located = {"Add a stamp": {"max": 24}, "button\x04Redeem": {"max": 30}, "All customers": {}}
    project.write("i18n/strings.json", json.dumps({"located": located}))
    notes = {entry.msgid: entry.comment for entry in extract(project.root)["staff"]}
    assert notes["Add a stamp"] == "max 24"
    assert notes["All customers"] == ""
    assert notes["Redeem"] == "on a small button, max 12", "who wrote it knows better"


def test_a_sentence_tells_the_lines_on_which_it_stands(project: Project) -> None:
    [entry] = [entry for entry in template_entries(project.root) if entry.msgid == "All customers"]
    assert entry.occurrences == [(PAGE, "3")]


def test_neither_days_nor_moved_lines_change_a_template(project: Project) -> None:
    before = project.read(TEMPLATE)
    project.replace(PAGE, "<!doctype html>", "\n\n\n<!doctype html>")
    os.utime(project.root / PAGE, (0, 0))
    assert write_templates(project.root) == []
    assert project.read(TEMPLATE) == before
    assert not is_stale(extract(project.root)["staff"], "staff", project.root)


def test_a_new_sentence_renews_only_the_template_of_its_readers(project: Project) -> None:
    project.write("frontend/card/page.html", "{% trans %}Welcome back{% endtrans %}")
    assert write_templates(project.root) == [project.root / "i18n/customer.pot"]


@pytest.mark.parametrize(
    ("files", "audience"),
    [
        (["frontend/card/page.html"], "customer"),
        (["frontend/cards.html"], "staff"),
        (["frontend/till/till.html"], "staff"),
        (["frontend/admin/jobs/page.html"], "operator"),
        (["frontend/admin/jobs/page.html", "frontend/till/till.html"], "staff"),
        (["frontend/admin/jobs/page.html", "frontend/join/page.html", "frontend/till/till.html"], "customer"),
        (["backend/messaging/templates/catalog/loyalty_birthday.py"], "customer"),
        (["somewhere/else.py"], "operator"),
        ([], "operator"),
    ],
)
def test_a_sentence_belongs_to_the_first_audience_that_reads_it(files: list[str], audience: str) -> None:
    assert audience_of(files) == audience


def test_every_file_that_has_readers_of_its_own_exists() -> None:
    assert [path for path in READERS if not (ROOT / path).exists()] == []


def test_each_sentence_is_in_one_template_and_each_audience_has_sentences() -> None:
    keys = [key_of(entry) for template in read_templates().values() for entry in entries(template)]
    assert len(keys) == len(set(keys))
    assert all(read_templates()[audience] for audience in AUDIENCES)
