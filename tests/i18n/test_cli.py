import json

from click.testing import CliRunner, Result

from i18n.cli import i18n
from tests.i18n.conftest import Project

PAGE = "frontend/office/page.html"


def run(project: Project, *words: str) -> Result:
    return CliRunner().invoke(i18n, [words[0], "--root", str(project.root), *words[1:]])


def test_a_translator_goes_from_a_new_sentence_to_a_complete_catalog(project: Project) -> None:
    project.replace(PAGE, "All customers", "All our customers")
    assert run(project, "check").exit_code == 1
    assert run(project, "extract").output == "i18n/staff.pot\n"
    assert "i18n/lb/LC_MESSAGES/staff.po" in run(project, "update").output
    project.translate()
    complete = run(project, "check", "--release")
    assert (complete.exit_code, complete.output) == (0, "Nothing to repair.\n")


def test_a_missing_sentence_stops_a_release_and_no_merge(project: Project) -> None:
    project.replace("i18n/fr/LC_MESSAGES/staff.po", 'msgstr "Ajouter un tampon"', 'msgstr ""')
    assert run(project, "check").exit_code == 0
    result = run(project, "check", "--release")
    assert result.exit_code == 1
    line = project.read("i18n/fr/LC_MESSAGES/staff.po").split('msgid "Add a stamp"')[0].count("\n") + 1
    assert f"i18n/fr/LC_MESSAGES/staff.po:{line}: missing: “Add a stamp”: not translated" in result.output


def test_a_file_that_a_tool_has_saved_is_brought_to_the_canonical_form_once(project: Project) -> None:
    path = "i18n/fr/LC_MESSAGES/staff.po"
    canonical = project.read(path)
    project.write(path, canonical.replace('"Bonjour <b>', '""\n"Bonjour <b>').replace("\n", "\r\n"))
    assert run(project, "normalize").output == f"{path}\n"
    assert project.read(path) == canonical
    assert run(project, "normalize").output == ""


def test_findings_are_also_printed_for_machines(project: Project) -> None:
    project.write("frontend/office/bare.html", "<p>Bare words</p>")
    result = run(project, "check", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == [
        {
            "where": "frontend/office/bare.html:1",
            "kind": "literal",
            "text": "“Bare words” is not marked for translation",
        }
    ]


def test_the_report_counts_each_language(project: Project) -> None:
    lines = json.loads(run(project, "report", "--json").output)
    assert {"language": "de", "audience": "staff", "total": 8, "translated": 8, "fuzzy": 0, "missing": 0} in lines
    assert len(lines) == 9
    assert "Lëtzebuergesch" in run(project, "report").output


def test_the_pseudo_locale_can_be_looked_at(project: Project) -> None:
    assert run(project, "pseudo", "Redeem").output == "⟦Ŕéðééṁ öñé ţŵ⟧\n"
    assert "⟦Åðð å šţåṁþ" in run(project, "pseudo").output


def test_a_broken_file_is_a_failure_in_one_sentence(project: Project) -> None:
    project.write("frontend/office/broken.html", "{% if %}")
    assert run(project, "extract").exit_code == 1
    (project.root / "i18n/staff.pot").unlink()
    result = run(project, "report")
    assert result.exit_code == 1
    assert "No such file" in result.output
