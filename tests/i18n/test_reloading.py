"""A catalog that has changed is read again while Orion runs; a broken one is not."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from i18n import translator
from i18n.catalogs import ROOT, catalog_path
from i18n.reloading import CatalogWatch
from i18n.translator import disable_marks, get_translator

RECORDED = 'msgid "%(amount)s was not recorded."\nmsgstr "'


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """In a copy of the catalogs."""
    shutil.copytree(ROOT / "i18n", tmp_path / "i18n", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setattr(translator, "CATALOGS_ROOT", tmp_path)
    get_translator.cache_clear()
    yield catalog_path("fr", "staff", tmp_path)
    get_translator.cache_clear()
    disable_marks()


def change(path: Path, old: str, new: str) -> None:
    """A second later."""
    changed_at, text = path.stat().st_mtime, path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    os.utime(path, (changed_at + 1, changed_at + 1))


def test_whoever_holds_the_translator_speaks_with_the_new_words_at_once(french: Path) -> None:
    watch, say = CatalogWatch(), get_translator("fr").gettext
    assert say("Add points") == "Ajouter des points"
    change(french, '"Ajouter des points"', '"Créditer"')
    watch.look()
    assert say("Add points") == "Créditer"


def test_a_file_that_does_not_parse_leaves_the_last_good_texts_and_is_named_with_its_line(
    french: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch, say = CatalogWatch(), get_translator("fr").gettext
    change(french, 'msgstr "Ajouter des points"', 'msgst "Créditer"')
    line = french.read_text("utf-8").partition("msgst ")[0].count("\n") + 1
    watch.look()
    assert say("Add points") == "Ajouter des points"
    assert (
        f"{french.relative_to(translator.CATALOGS_ROOT)}:{line}: not read, the texts stay as they were"
        in capsys.readouterr().out
    )
    watch.look()
    assert capsys.readouterr().out == "", "it is said once"
    change(french, 'msgst "Créditer"', 'msgstr "Créditer"')
    watch.look()
    assert say("Add points") == "Créditer"


def test_a_sentence_that_could_not_be_filled_in_is_not_taken_over(
    french: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = CatalogWatch()
    change(french, f"{RECORDED}%(amount)s", f"{RECORDED}%(amout)s")
    watch.look()
    assert "%(amout)s is not a value of this sentence" in capsys.readouterr().out
    assert "12 €" in get_translator("fr").gettext("%(amount)s was not recorded.", amount="12 €")


def test_a_file_that_an_editor_replaces_is_missing_for_a_moment(french: Path) -> None:
    watch, text = CatalogWatch(), french.read_text("utf-8")
    french.unlink()
    watch.look()
    french.write_text(text.replace('"Ajouter des points"', '"Créditer"'), "utf-8")
    watch.look()
    assert get_translator("fr").gettext("Add points") == "Créditer"


def test_a_sentence_refused_in_one_file_is_not_taken_over_with_another(
    french: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = CatalogWatch()
    change(french, f"{RECORDED}%(amount)s", f"{RECORDED}%(amout)s")
    watch.look()
    change(catalog_path("fr", "customer", translator.CATALOGS_ROOT), "# The sentences", "# All sentences")
    watch.look()
    assert capsys.readouterr().out.count("%(amout)s is not a value of this sentence") == 2
    assert "12 €" in get_translator("fr").gettext("%(amount)s was not recorded.", amount="12 €")


def test_the_file_that_does_not_parse_is_named_whichever_was_saved(
    french: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = CatalogWatch()
    change(french, 'msgstr "Ajouter des points"', 'msgst "Créditer"')
    watch.look()
    change(catalog_path("fr", "customer", translator.CATALOGS_ROOT), "# The sentences", "# All sentences")
    watch.look()
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said] == ["i18n/fr/LC_MESSAGES/staff.po"] * 2
