"""Every page and state of it, for everybody: axe in both themes at three widths, reflow, targets, focus, weight."""

from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.conftest import OpenShop
from tests.journeys.conftest import OpenWindow
from tests.journeys.walks import WALKS, Walk, set_scene

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = {1280: 800, 820: 1180, 320: 640}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HEAVIEST_PAGE_BYTES = 60_000
# A finger's breadth, or a part of the text. A box inside its label is as large as the label.
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
  .map((element) => element.matches("[type=checkbox], [type=radio]") ? element.closest("label") ?? element : element)
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches(".skip, p a"))
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
  .map(([element, box]) => `${element.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def axe() -> Axe:
    return Axe()


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
async def test_everybody_can_use(walk: Walk, opened: OpenShop, open_window: OpenWindow, axe: Axe) -> None:
    page = await (await open_window(reduced_motion="reduce")).new_page()
    faults: list[str] = []
    async for stop in walk(page, await set_scene(await opened(categories=3))):
        faults += [f"{stop}: {fault}" for fault in await faults_of(page, axe)]
    assert faults == []


async def faults_of(page: Page, axe: Axe) -> list[str]:
    found = [] if await page.evaluate("document.activeElement !== null") else ["the focus is nowhere"]
    if len((await page.content()).encode()) > HEAVIEST_PAGE_BYTES:
        found.append("the page is too heavy")
    for width, height in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        if await page.evaluate(SIDEWAYS) > 0:
            found.append(f"scrolls sideways at {width}")
        found += [f"{target} at {width}" for target in await page.evaluate(SMALL_TARGETS)]
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme)
            found += [f"{violation} in {theme} at {width}" for violation in await violations(page, axe)]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 800})
    return found


async def violations(page: Page, axe: Axe) -> list[str]:
    result = await axe.run(page)
    return [
        f"{rule['id']} {node['html'][:120]} {node['any'][0]['message'][:120] if node['any'] else ''}"
        for rule in result.response["violations"]
        for node in rule["nodes"]
    ]
