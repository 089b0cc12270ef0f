import json
from typing import Any

from click.testing import CliRunner, Result

from i18n.cli import i18n

PAGE = "frontend/office/page.html"


def run(project: Any, *words: str) -> Result:
    return CliRunner().invoke(i18n, [words[0], "--root", str(project.root), *words[1:]])


def test_a_translator_goes_from_a_new_sentence_to_a_complete_catalog(project: Any) -> None:
    project.replace(PAGE, "All customers", "All our customers")
    assert run(project, "check").exit_code == 1
    assert run(project, "extract").output == "i18n/messages.pot\n"
    assert "i18n/lb/LC_MESSAGES/messages.po" in run(project, "update").output
    project.translate()
    complete = run(project, "check")
    assert (complete.exit_code, complete.output) == (0, "All languages are complete.\n")


def test_findings_are_also_printed_for_machines(project: Any) -> None:
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


def test_the_report_counts_each_language(project: Any) -> None:
    lines = json.loads(run(project, "report", "--json").output)
    assert lines[0] == {"language": "en", "total": 8, "translated": 8, "fuzzy": 0, "missing": 0}
    assert "Lëtzebuergesch" in run(project, "report").output


def test_binaries_are_written_for_tools_that_want_them(project: Any) -> None:
    assert run(project, "compile").exit_code == 0
    assert (project.root / "i18n/de/LC_MESSAGES/messages.mo").stat().st_size > 0


def test_the_pseudo_locale_can_be_looked_at(project: Any) -> None:
    assert run(project, "pseudo", "Redeem").output == "⟦Ŕéðééṁ öñé ţŵ⟧\n"
    assert "⟦Åðð å šţåṁþ" in run(project, "pseudo").output


def test_a_broken_file_is_a_failure_in_one_sentence(project: Any) -> None:
    project.write("frontend/office/broken.html", "{% if %}")
    assert run(project, "extract").exit_code == 1
    (project.root / "i18n/messages.pot").unlink()
    result = run(project, "report")
    assert result.exit_code == 1
    assert "No such file" in result.output
