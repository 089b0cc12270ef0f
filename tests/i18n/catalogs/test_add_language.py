"""`orion i18n add`: a language of its own project; what all of Orion makes of it is a journey."""

import shutil
import tomllib

import pytest
from click.testing import CliRunner, Result

from i18n.cli import i18n
from i18n.locales import LANGUAGES, LANGUAGES_FILE, TRANSLATED_LANGUAGES
from tests.i18n.conftest import Project

PT = "i18n/pt/LC_MESSAGES/staff.po"


@pytest.fixture
def project(project: Project) -> Project:
    shutil.copy(LANGUAGES_FILE, project.root / "i18n")
    return project


def add(project: Project, *words: str) -> Result:
    return CliRunner().invoke(i18n, ["add", "--root", str(project.root), *words])


def entries(project: Project) -> dict[str, dict[str, str]]:
    return tomllib.loads((project.root / "i18n" / LANGUAGES_FILE.name).read_text("utf-8"))


def test_a_language_gets_its_entry_and_a_catalog_with_every_sentence_untranslated(project: Project) -> None:
    before = entries(project)
    added = add(project, "pt", "--name", "Português", "--formats", "pt_PT")
    assert added.output.startswith("i18n/languages.toml\ni18n/pt/LC_MESSAGES/customer.po\n"), added.output
    assert "orion openapi --out" in added.output
    assert entries(project) == before | {"pt": {"name": "Português", "formats": "pt_PT", "badges": "en"}}
    catalog = (project.root / PT).read_text("utf-8")
    assert '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"' in catalog
    assert 'msgid "All customers"\nmsgstr ""\n' in catalog
    assert 'msgstr[0] ""\nmsgstr[1] ""\n' in catalog


@pytest.mark.parametrize(
    ("code", "name", "formats"),
    [
        ("pt", "Português", "pt_LU"),
        ("it", "Italiano", "it_IT"),
        ("pl", "Polski", "pl_PL"),
        ("eo", "Esperanto", "eo_001"),
    ],
)
def test_babel_knows_a_name_and_customary_formats(project: Project, code: str, name: str, formats: str) -> None:
    assert add(project, code).exit_code == 0
    assert entries(project)[code] == {"name": name, "formats": formats, "badges": "en"}


def test_a_language_with_three_plural_forms_gets_three(project: Project) -> None:
    add(project, "pl")
    assert 'msgstr[2] ""' in (project.root / PT.replace("pt", "pl")).read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["fr"], "speaks fr already"),
        (["xx"], "Babel knows no language 'xx'"),
        (["pt_BR"], "without a country"),
        (["../x"], "Babel knows no language"),
        (["ar"], "from right to left"),
        (["pt", "--formats", "pt_XX"], "no formats 'pt_XX' of Portuguese"),
        (["pt", "--formats", "de_DE"], "no formats 'de_DE' of Portuguese"),
        (["pt", "--name", " "], "what the language calls itself"),
        (["pt", "--name", "Portu\nguês"], "in one line"),
    ],
)
def test_what_cannot_be_added_is_refused_and_nothing_is_written(
    project: Project, words: list[str], reason: str
) -> None:
    before = entries(project)
    refused = add(project, *words)
    assert refused.exit_code == 1
    assert reason in " ".join(refused.output.replace("│", " ").split())
    assert entries(project) == before
    assert {path.parent.parent.name for path in project.root.rglob("*.po")} == set(TRANSLATED_LANGUAGES)


def test_without_the_sentences_there_is_no_language(project: Project) -> None:
    (project.root / "i18n/staff.pot").unlink()
    assert add(project, "pt").exit_code == 1
    assert set(entries(project)) == set(LANGUAGES)
