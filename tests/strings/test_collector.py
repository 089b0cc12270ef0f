"""The script that finds marks on a page, and the one that measures how much fits."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from i18n.marks import marked
from tests.strings.found import COLLECTOR, FoundText, collect
from tests.strings.room import MEASURE

pytestmark = pytest.mark.browser

STYLE = "body { margin: 0; font: 16px/20px sans-serif } button { padding: 0 10px; border: 0; font: inherit }"
ROW = ".row { width: 200px; display: flex } .row i { width: 80px; flex: none }"
VALUE = marked("3 points", 2)
BODY = f"""
<p id="whole">{marked(f"You have <b>{VALUE}</b> now", 1)}</p>
<input placeholder="{marked("Email", 3)}" style="box-sizing: border-box; width: 200px; height: 30px">
<select><option>{marked("All", 4)}</option></select>
<details><summary>Terms</summary><p>{marked("Folded", 5)}</p></details>
<template><p>{marked("Later", 6)}</p></template>
<div class="row"><button>{marked("Save", 7)}</button><i></i></div>
<p>{marked("Cut off", 8)[:-1]}</p>
"""


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    opened = await chromium.new_page(viewport={"width": 400, "height": 600})
    await opened.set_content(
        f"<!doctype html><title>{marked('Your card', 0)}</title><style>{STYLE} {ROW}</style>{BODY}"
    )
    yield opened
    await opened.close()


async def test_texts_attributes_and_the_title_are_found_with_their_boxes(page: Page) -> None:
    found = {text.number: text for text in await collect(page)}
    assert {number: (text.text, text.kind, text.is_visible) for number, text in found.items()} == {
        0: ("Your card", "title", False),
        1: ("You have 3 points now", "text", True),
        2: ("3 points", "text", True),
        3: ("Email", "placeholder", True),
        4: ("All", "option", True),
        5: ("Folded", "text", False),
        6: ("Later", "template", False),
        7: ("Save", "text", True),
    }
    assert found[3].box[2:] == (200, 30)
    assert is_inside(found[2], found[1])


def is_inside(inner: FoundText, outer: FoundText) -> bool:
    return outer.box[0] < inner.box[0] and inner.box[0] + inner.box[2] < outer.box[0] + outer.box[2]


async def test_a_button_has_the_room_that_its_neighbor_leaves(page: Page) -> None:
    await page.evaluate(COLLECTOR)
    await page.evaluate(MEASURE)
    ((number, _, letters),) = await page.evaluate("() => measuredTexts('button')")
    assert number == 7
    # 200 pixels without those of its neighbor and its own edges, two lines of letters of about eight pixels.
    assert 20 <= letters <= 30
