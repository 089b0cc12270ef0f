from pathlib import Path

import pytest
from click.testing import CliRunner
from translate.storage.tbx import tbxfile

from i18n.cli import i18n
from i18n.glossary.terms import glossary_terms
from i18n.locales import LANGUAGES

FRENCH = "fr"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tbx") / "orion.tbx"
    result = CliRunner().invoke(i18n, ["tbx", str(path)])
    assert result.exit_code == 0, result.output
    return path


def test_a_translation_tool_reads_all_terms_in_each_language(exported: Path) -> None:
    """With Weblate's own reader."""
    for language in LANGUAGES[1:]:
        store = tbxfile(exported.read_bytes(), sourcelanguage="en", targetlanguage=language)
        read = [(unit.source, unit.target) for unit in store.units if unit.target]
        assert read == [(term.english, term.words[language][0]) for term in glossary_terms() if term.words[language]]


def test_a_term_comes_with_what_it_means(exported: Path) -> None:
    store = tbxfile(exported.read_bytes(), sourcelanguage="en", targetlanguage=FRENCH)
    unit = next(unit for unit in store.units if unit.source == "expiry")
    assert "the loss of points after a period" in unit.getnotes(origin="definition")
