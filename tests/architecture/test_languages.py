"""The languages stand in `i18n/languages.toml` alone, so that one more is one more entry there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from i18n.locales import LANGUAGES

PROJECT = Path(__file__).parents[2]
CODE = ("backend", "environment", "frontend", "i18n", "migrations", "workers")
WORD = re.compile(rf"\b({'|'.join(LANGUAGES)})\b")
QUOTED = re.compile(rf"""["'`]({"|".join(LANGUAGES)})["'`]""")
SEVERAL = 3
"""A test may take three of them as examples."""


def lists_of_languages(code: str, several: int = SEVERAL) -> Iterator[int]:
    """The lines of lists, arguments and classes that name so many languages. A dictionary has rules by language."""
    if len(set(WORD.findall(code))) < several:
        return
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.List(elts=named) | ast.Tuple(elts=named) | ast.Set(elts=named) | ast.Call(args=named):
                words = {each.value for each in named if isinstance(each, ast.Constant)}
            case ast.ClassDef(body=statements):
                fields = [each.target for each in statements if isinstance(each, ast.AnnAssign)]
                words = {each.id for each in fields if isinstance(each, ast.Name)}
            case _:
                continue
        if len(words.intersection(LANGUAGES)) >= several:
            yield node.lineno


@pytest.mark.parametrize(
    "code",
    [
        'Language = Literal["en", "fr", "de", "lb"]',
        'NAMES = ("lb", "de", "fr")',
        'named("Language", "en", "fr", "lb")',
        "class Names:\n  en: str\n  fr: str\n  de: str",
    ],
)
def test_a_list_of_languages_is_noticed(code: str) -> None:
    assert list(lists_of_languages(code)) == [1]


@pytest.mark.parametrize(("folders", "several"), [(CODE, SEVERAL), (("tests",), SEVERAL + 1)])
def test_no_code_lists_the_languages(folders: tuple[str, ...], several: int) -> None:
    files = [path for folder in folders for path in (PROJECT / folder).rglob("*.py")]
    found = {path: list(lists_of_languages(path.read_text("utf-8"), several)) for path in files}
    assert {str(path.relative_to(PROJECT)): lines for path, lines in found.items() if lines} == {}


def test_no_template_script_or_sql_lists_the_languages() -> None:
    folders = [PROJECT / folder for folder in CODE]
    files = [
        path for folder in folders for path in folder.rglob("*") if path.suffix in {".css", ".html", ".js", ".sql"}
    ]
    found = {path: set(QUOTED.findall(path.read_text("utf-8"))) for path in files if "vendor" not in path.parts}
    assert [str(path.relative_to(PROJECT)) for path, words in found.items() if len(words) >= SEVERAL] == []
