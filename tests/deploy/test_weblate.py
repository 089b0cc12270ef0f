"""Weblate finds the catalogs that there are."""

import json
import re
from typing import Any

import pytest

from i18n.catalogs.audiences import AUDIENCES, Audience
from i18n.catalogs.paths import catalog_path, template_path
from i18n.locales import SOURCE_LANGUAGE, TRANSLATED_LANGUAGES
from tests.deploy.tools import PROJECT

FOLDER = PROJECT / "deploy/weblate"


def component(audience: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{audience}.json").read_text(encoding="utf-8"))
    return read


def test_each_audience_is_a_component() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {"project", *AUDIENCES}
    assert {audience: component(audience)["slug"] for audience in AUDIENCES} == {name: name for name in AUDIENCES}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_its_files_are_those_that_orion_reads(audience: Audience) -> None:
    told = component(audience)
    found = set(PROJECT.glob(told["filemask"]))
    assert found == {catalog_path(language, audience) for language in TRANSLATED_LANGUAGES}
    assert PROJECT / told["new_base"] == template_path(audience)
    assert told["source_language"]["code"] == SOURCE_LANGUAGE


@pytest.mark.parametrize("audience", AUDIENCES)
def test_weblate_breaks_no_lines_that_we_do_not_break(audience: Audience) -> None:
    assert component(audience)["file_format_params"] == {"po_line_wrap": -1}


def test_what_customers_see_comes_first() -> None:
    priorities = [component(audience)["priority"] for audience in AUDIENCES]
    assert priorities == sorted(priorities)


def test_only_the_first_component_has_a_copy_of_the_repository() -> None:
    first, *others = AUDIENCES
    assert component(first)["push_branch"] == "translations"
    assert [component(audience)["repo"] for audience in others] == [f"weblate://orion/{first}"] * len(others)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_translators_ask_about_a_sentence_reaches_somebody(audience: Audience) -> None:
    assert component(audience)["report_source_bugs"] == "translations@example.org"


def test_a_translator_without_the_repository_is_led_to_a_page_that_there_is() -> None:
    project = json.loads((FOLDER / "project.json").read_text(encoding="utf-8"))
    [path] = re.findall(r"\(https://git\.example\.org/orion/blob/main/([^)]+)\)", project["instructions"])
    assert (PROJECT / path).is_file()
