"""A catalog that has changed is read again while Orion runs; a broken one is not."""

import os

import pytest

from i18n.dev.catalog_watch import CatalogWatch
from i18n.translator import get_translator
from tests.i18n.conftest import Project

FR, OTHER = "i18n/fr/LC_MESSAGES/staff.po", "i18n/fr/LC_MESSAGES/customer.po"
STAMP, CHANGED = '"Ajouter un tampon"', '"Tamponner"'


def change(project: Project, old: str, new: str, file: str = FR) -> None:
    """A second later."""
    path = project.root / file
    changed_at = path.stat().st_mtime
    project.replace(file, old, new)
    os.utime(path, (changed_at + 1, changed_at + 1))


def french(sentence: str, **values: object) -> str:
    return get_translator("fr").gettext(sentence, **values)


def test_whoever_holds_the_translator_speaks_with_the_new_words_at_once(project: Project) -> None:
    watch, say = CatalogWatch(), get_translator("fr").gettext
    assert say("Add a stamp") == "Ajouter un tampon"
    change(project, STAMP, CHANGED)
    watch.look()
    assert say("Add a stamp") == "Tamponner"


def test_a_file_that_does_not_parse_leaves_the_last_good_texts(project: Project) -> None:
    watch = CatalogWatch()
    change(project, f"msgstr {STAMP}", f"msgst {CHANGED}")
    watch.look()
    assert french("Add a stamp") == "Ajouter un tampon"
    change(project, f"msgst {CHANGED}", f"msgstr {CHANGED}")
    watch.look()
    assert french("Add a stamp") == "Tamponner"


def test_a_file_that_does_not_parse_is_named_once_with_its_line(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = CatalogWatch()
    change(project, f"msgstr {STAMP}", f"msgst {STAMP}")
    line = project.read(FR).partition("msgst ")[0].count("\n") + 1
    watch.look()
    assert f"{FR}:{line}: not read, the texts stay as they were" in capsys.readouterr().out
    watch.look()
    assert capsys.readouterr().out == ""


def test_a_sentence_that_could_not_be_filled_in_is_not_taken_over(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = CatalogWatch()
    change(project, "Bonjour <b>%(name)s", "Bonjour <b>%(nom)s")
    line = project.read(FR).partition('msgid "Hello <b>')[0].count("\n") + 1
    watch.look()
    said = capsys.readouterr().out
    assert f"{FR}:{line}: not read" in said
    assert "%(nom)s is not a value of this sentence" in said
    assert "Luc" in french("Hello <b>%(name)s</b>, here you are.", name="Luc")


def test_a_file_that_an_editor_replaces_is_missing_for_a_moment(project: Project) -> None:
    watch, text = CatalogWatch(), project.read(FR)
    (project.root / FR).unlink()
    watch.look()
    project.write(FR, text.replace(STAMP, CHANGED))
    watch.look()
    assert french("Add a stamp") == "Tamponner"


def test_a_sentence_refused_in_one_file_is_not_taken_over_with_another(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = CatalogWatch()
    change(project, "Bonjour <b>%(name)s", "Bonjour <b>%(nom)s")
    watch.look()
    change(project, "# The sentences", "# All sentences", OTHER)
    watch.look()
    assert capsys.readouterr().out.count("%(nom)s is not a value of this sentence") == 2
    assert "Luc" in french("Hello <b>%(name)s</b>, here you are.", name="Luc")


def test_the_file_that_does_not_parse_is_named_whichever_was_saved(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = CatalogWatch()
    change(project, f"msgstr {STAMP}", f"msgst {STAMP}")
    watch.look()
    change(project, "# The sentences", "# All sentences", OTHER)
    watch.look()
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said] == [FR] * 2
