"""What of a page not everybody can use: axe, reflow, spacing, the size of targets, the focus."""

from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

Theme = Literal["light", "dark"]
SIZES = {1280: 800, 820: 1180, 390: 844, 320: 640}
HEAVIEST_PAGE_BYTES = 60_000
# A finger's breadth, or a part of the text. A box inside its label is as large as the label.
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
  .map((element) => element.matches("[type=checkbox], [type=radio]") ? element.closest("label") ?? element : element)
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .filter((element) => !element.matches(".skip, p a, [tabindex='-1']"))
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
  .map(([element, box]) => `${element.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""
# WCAG 1.4.12: who needs more space between lines, letters and words loses no text.
CLIPPED_WHEN_SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }");
  document.adoptedStyleSheets = [sheet];
  const isClipped = ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
    scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1;
  const clipped = [...document.querySelectorAll("a, button, summary, label, p, h1, h2, h3, li, .note, .toast")]
    .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, .skip"))
    .filter((element) => getComputedStyle(element).overflow !== "visible" && isClipped(element))
    .map((element) => element.outerHTML.slice(0, 100));
  if (document.documentElement.scrollWidth > innerWidth) clipped.push("the page scrolls sideways");
  document.adoptedStyleSheets = [];
  return clipped;
}"""  # noqa: E501 - one line of CSS
# Enter in a field presses the first submit button of its form, which must not be one that does something else.
WRONG_ON_ENTER = """() => [...document.forms]
  .filter((form) => [...form.elements].some((field) => field.matches("input:not([type=hidden], [type=checkbox], [type=radio], [type=submit])")))
  .map((form) => [form, [...form.elements].find(({ type }) => type === "submit")])
  .filter(([form, button]) => (button?.getAttribute("formaction") ?? form.getAttribute("action")) !== form.getAttribute("action"))
  .map(([form, button]) => button.outerHTML.slice(0, 120))"""  # noqa: E501
COLOR_RULES = ["color-contrast", "link-in-text-block"]
RULES: dict[int, dict[Theme, dict[str, Any]]] = {
    1280: {"light": {}, "dark": {"runOnly": COLOR_RULES}},
    820: {},
    390: {},
    320: {"light": {}, "dark": {"runOnly": COLOR_RULES}},
}
"""By width and theme. The theme decides only on colors; in between, an element has those it has at one of the ends.

In between, at the usual tablet and phone, only sizes are checked: the structure is that of 1280 or 320.
"""
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"


async def faults_of(stop: str, page: Page, axe: Axe) -> list[str]:
    found = []
    if stop.startswith("till") and await page.evaluate("document.activeElement === document.body"):
        found.append("the focus is nowhere")
    if len((await page.content()).encode()) > HEAVIEST_PAGE_BYTES:
        found.append("the page is too heavy")
    found += [f"Enter presses {button}" for button in await page.evaluate(WRONG_ON_ENTER)]
    for width, height in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        if await page.evaluate(SIDEWAYS) > 0:
            found.append(f"scrolls sideways at {width}")
        found += [f"{target} at {width}" for target in await page.evaluate(SMALL_TARGETS)]
        for theme, rules in RULES[width].items():
            await page.emulate_media(color_scheme=theme)
            found += [f"{violation} in {theme} at {width}" for violation in await violations(page, axe, rules)]
    found += [f"clipped with more spacing: {element}" for element in await page.evaluate(CLIPPED_WHEN_SPACED)]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 800})
    return found


async def violations(page: Page, axe: Axe, rules: dict[str, Any]) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(axe.axe_script)
    # A sandboxed frame answers nobody.
    options = {"resultTypes": ["violations"], "iframes": False} | rules
    found = await page.evaluate("async options => (await axe.run(options)).violations", options)
    return [
        f"{rule['id']} {node['html'][:120]} {node['any'][0]['message'][:120] if node['any'] else ''}"
        for rule in found
        for node in rule["nodes"]
    ]
