"""What tools, merges and hurried people leave in a catalog: nothing is lost, what is broken is said in a sentence."""

from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from i18n.catalogs.paths import catalog_paths
from i18n.catalogs.po_files import PoFileError, canonical, read_po
from i18n.checks.run import check
from i18n.checks.translations import exceptions
from i18n.cli import i18n
from i18n.translator import compiled
from tests.i18n.conftest import Project

CUSTOMER, FR, DE = (
    f"i18n/{file}.po" for file in ("fr/LC_MESSAGES/customer", "fr/LC_MESSAGES/staff", "de/LC_MESSAGES/staff")
)
PAGE = "frontend/office/page.html"
ADD, ADDED = 'msgid "Add a stamp"\nmsgstr "Ajouter un tampon"', 'msgid "Add a stamp"\nmsgstr "Donner un tampon"'
POINTS = 'msgstr[0] "%(count)s points"\nmsgstr[1] "%(count)s points"\n'
CHARSET = "charset=UTF-8"


def run(project: Project, *words: object) -> Result:
    return CliRunner().invoke(i18n, [str(words[0]), "--root", str(project.root), *map(str, words[1:])])


def told(result: Result) -> str:
    """An error without its frame, on one line."""
    return " ".join(result.output.translate(dict.fromkeys(map(ord, "╭╮╰╯─│"))).split())


def kinds(project: Project) -> set[str]:
    return {finding.kind for finding in check(project.root)}


def read(folder: Path, text: str) -> str:
    path = folder / "staff.po"
    path.write_bytes(text.encode())
    return canonical(read_po(path))


def test_a_file_of_an_old_macintosh_is_read_like_any_other(project: Project, tmp_path: Path) -> None:
    text = project.read(FR)
    assert read(tmp_path, text.replace("\n", "\r")) == text


def test_a_comment_without_a_blank_is_a_comment(project: Project, tmp_path: Path) -> None:
    text = project.read(FR)
    assert "\n# ask Anna\n" in read(tmp_path, text.replace(ADD, f"#ask Anna\n{ADD}"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ADD, ADD.replace("un tampon", "un\0tampon")),
        (ADD, ADD.replace("un tampon", "un\u2028tampon")),
        (ADD, ADD.replace("un tampon", "un\x85tampon")),
        (ADD, ADD.replace("un tampon", r"\x41")),
        (ADD, ADD.replace("un tampon", r"\d")),
        (ADD, ADD.replace("msgstr", "msgstr[0]")),
        (ADD, f'msgid ""\nmsgstr "Language: de\\n"\n\n{ADD}'),
        (POINTS, 'msgstr "%(count)s points"\n'),
        (POINTS, 'msgstr[0] "%(count)s points"\nmsgstr[2] "%(count)s points"\n'),
        (POINTS, f'{POINTS}msgstr[10] "%(count)s points"\n'),
        (ADD, f"<<<<<<< HEAD\n{ADD}\n=======\n{ADDED}\n>>>>>>> zoe"),
    ],
)
def test_what_would_lose_a_text_is_refused_with_its_line(project: Project, old: str, new: str) -> None:
    project.replace(FR, old, new)
    for verb in ("update", "normalize", "report"):
        result = run(project, verb)
        assert result.exit_code == 1
        assert told(result).startswith("Error fr/LC_MESSAGES/staff.po:")
    [finding] = check(project.root)
    assert (finding.where.rpartition(":")[0], finding.kind) == (FR, "unreadable")
    with pytest.raises(PoFileError):
        read_po(project.root / FR)


@pytest.mark.parametrize("charset", ["charset=ISO-8859-1", "charset=CHARSET", "charset=utf8 ?", ""])
def test_whatever_charset_a_tool_writes_in_the_header_pages_show_what_the_file_has(
    project: Project, charset: str
) -> None:
    for path in (CUSTOMER, FR):
        project.replace(path, CHARSET, charset)
    spoken = GNUTranslations(BytesIO(compiled(catalog_paths("fr", project.root))))
    assert spoken.gettext("This card is not active") == "Cette carte n’est pas active"
    assert spoken.pgettext("button", "Redeem") == "Échanger"
    assert spoken.ngettext("{count} try left", "{count} tries left", 0) == "encore {count} essais"


@pytest.mark.parametrize("forms", ['msgstr[0] "%(count)s points"\n', f'{POINTS}msgstr[2] "%(count)s points"\n'])
def test_a_sentence_has_as_many_plurals_as_its_language(project: Project, forms: str) -> None:
    project.replace(FR, POINTS, forms)
    assert kinds(project) == {"plural_forms"}


def test_the_catalog_of_another_language_is_refused(project: Project, tmp_path: Path) -> None:
    before, german = project.read(FR), project.read(DE)
    refused = run(project, "import", "fr", project.root / DE, "--overwrite")
    assert (refused.exit_code, project.read(FR)) == (1, before)
    assert "its header says that it is in de, not in fr" in told(refused)
    project.write(FR, german)
    assert "language" in kinds(project)


@pytest.mark.parametrize("name", ["fr_LU", "fr-FR", "FR", ""])
def test_a_language_may_have_a_country_or_no_name(project: Project, tmp_path: Path, name: str) -> None:
    file = tmp_path / "zoe.po"
    file.write_text(project.read(FR).replace("Language: fr", f"Language: {name}"), "utf-8")
    assert run(project, "import", "fr", file).output == "0 taken\n"


def test_two_translations_of_one_sentence_wait_for_their_translator(project: Project) -> None:
    project.replace(FR, ADD, f"{ADD}\n\n{ADDED}")
    before = project.read(FR)
    refused = run(project, "update")
    assert (refused.exit_code, project.read(FR)) == (1, before)
    assert "“Add a stamp” is translated twice, otherwise in staff.po: keep one of them" in told(refused)


def test_of_two_entries_the_reviewed_one_stays_wherever_it_stands(project: Project) -> None:
    before = project.read(FR)
    project.replace(FR, ADD, f'{ADD}\n\n{ADD}\n\n#, fuzzy\n{ADDED}\n\nmsgid "Add a stamp"\nmsgstr ""')
    assert "duplicate" in kinds(project)
    run(project, "update")
    assert project.read(FR) == before


def test_what_was_translated_in_part_stays_when_it_is_no_longer_said(project: Project) -> None:
    project.replace(FR, POINTS, 'msgstr[0] "%(count)s points"\nmsgstr[1] ""\n')
    project.replace(
        PAGE, "{% trans count=points %}{{ count }} point{% pluralize %}{{ count }} points{% endtrans %}", ""
    )
    run(project, "extract")
    run(project, "update")
    assert '#~ msgstr[0] "%(count)s points"' in project.read(FR)
    assert run(project, "update").output == ""


def test_an_obsolete_entry_that_git_has_merged_twice_is_kept_once(project: Project) -> None:
    gone = '\n#~ msgid "Goodbye"\n#~ msgstr "Au revoir"\n'
    before = project.read(FR)
    project.write(FR, before + gone + gone)
    run(project, "update")
    assert project.read(FR) == before + gone


def test_a_catalog_named_by_its_place_in_the_project_gets_french_blanks(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project.read(FR)
    project.replace(FR, "voilà.", "voilà : fini.")
    monkeypatch.chdir(project.root)
    CliRunner().invoke(i18n, ["normalize", "--root", ".", FR])
    assert project.read(FR) == before.replace("voilà.", "voilà\u00a0: fini.")


def test_a_file_outside_the_project_is_normalized_in_the_language_of_its_header(
    project: Project, tmp_path: Path
) -> None:
    file = tmp_path / "zoe.po"
    file.write_text(project.read(FR).replace("voilà.", "voilà : fini."), "utf-8")
    run(project, "normalize", file)
    assert "voilà\u00a0: fini." in file.read_text("utf-8")


def test_a_template_that_git_has_spoilt_is_written_anew(project: Project) -> None:
    before = project.read("i18n/staff.pot")
    project.write("i18n/staff.pot", f"<<<<<<< HEAD\n{before}=======\n>>>>>>> zoe\n")
    assert kinds(project) == {"stale_template"}
    assert run(project, "extract").output == "i18n/staff.pot\n"
    assert project.read("i18n/staff.pot") == before


def test_a_list_of_languages_that_cannot_be_read_is_told_in_a_sentence(project: Project) -> None:
    project.write("i18n/languages.toml", "[fr\n")
    assert told(run(project, "add", "it")).startswith("Error languages.toml: ")


def test_exceptions_that_cannot_be_read_are_told_with_their_file(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exceptions, "ROOT", project.root)
    exceptions.exceptions_of.cache_clear()
    project.write("i18n/fr/exceptions.toml", "same = 3")
    try:
        assert told(run(project, "check")).startswith("Error i18n/fr/exceptions.toml: ")
    finally:
        exceptions.exceptions_of.cache_clear()
