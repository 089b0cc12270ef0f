"""Patterns: the code checks them with Python, clients with ECMAScript and its flag `u`."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.async_api import async_playwright

from backend.core.openapi.patterns import ecma
from backend.core.schemas import Body
from backend.wallets.apple.schemas import Registration
from tests.chromium import ARGUMENTS, CHROMIUM
from tests.world.caller import Json
from tests.world.document import document_text

DOCUMENT: Json = msgspec.json.decode(document_text())
SAMPLES = (
    *("", " ", "Marie", "Zoë Müller", "太郎", "أحمد", "Ἀθηνᾶ", "12", "١٢٣٤", "1234", "12345678", "123456789", "\u2800"),
    *(
        "★",
        "🎁",
        "_",
        "-",
        "a\nb",
        "Marie\n",
        "a\u2028b",
        "a\x85b",
        "a\x1cb",
        "\ufeffa",
        "a\u202eb",
        "\u3164",
        "x\x00y",
    ),
    *("marie.weber@example.com", "Marie <marie@example.com>", "mailto:a@b.lu", "a@b", "a b@c.de", "@", "LU", "lu"),
    *("+352 621 123 456", "tel:+352621123456", "3/2", "1.5", "1.", "FASHIONHUB", "fashion-group", "a" * 64, "0" * 64),
    *("www.example.com", "http://x", "Anna.de", "R-2026-4711", "№ 7", "##", "a", "ab", "é", "e\u0301", "\U0001f1e6"),
)
MATCHES = """([patterns, samples]) => patterns.map(pattern => {
  const compiled = new RegExp(pattern, "u")
  return samples.map(sample => compiled.test(sample))
})"""


def _objects(part: Any) -> Iterator[Json]:
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _objects(inner)


def _patterns(part: Any) -> set[str]:
    return {each["pattern"] for each in _objects(part) if isinstance(each.get("pattern"), str)}


def _bodies(struct: type[Body]) -> Iterator[type[Body]]:
    for each in struct.__subclasses__():
        yield each
        yield from _bodies(each)


def _of_the_code() -> set[str]:
    return _patterns(list(msgspec.json.schema_components([Registration, *_bodies(Body)])))


def test_no_pattern_takes_a_line_break_for_the_end() -> None:
    """In Python, `$` also stands before one: a push token or a PIN would be another than it looks."""
    patterns = _of_the_code()
    assert {pattern for pattern in patterns if pattern.endswith("$") and not pattern.endswith("\\s*$")} == set()
    assert any(pattern.endswith("(?!\\n)") for pattern in patterns)


def test_the_document_has_the_patterns_of_the_code() -> None:
    theirs = {ecma(pattern) for pattern in _of_the_code()}
    assert _patterns(DOCUMENT["components"]["schemas"]) <= theirs


def test_no_pattern_has_what_each_language_understands_differently() -> None:
    for pattern in _patterns(DOCUMENT):
        assert not re.search(r"(?<!\\)(\\\\)*\\[wWdDbB]", pattern), pattern


@pytest.mark.browser
async def test_every_pattern_means_the_same_in_a_browser() -> None:
    ours = sorted(_of_the_code())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page()
        theirs = await page.evaluate(MATCHES, [[ecma(pattern) for pattern in ours], SAMPLES])
        others = await page.evaluate(MATCHES, [sorted(_patterns(DOCUMENT)), []])
        await browser.close()
    assert len(others) == len(_patterns(DOCUMENT))
    for pattern, found in zip(ours, theirs, strict=True):
        assert found == [bool(re.search(pattern, sample)) for sample in SAMPLES], pattern
