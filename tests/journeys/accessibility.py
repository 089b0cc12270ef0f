"""What of a page not everybody can use: axe, reflow, spacing, the size of targets, the focus."""

from playwright.async_api import Page

from tests.axe import Contrast, violations

PHONE, DESKTOP = (320, 640), (1280, 800)
SIZES = (PHONE, (390, 844), (820, 1180), DESKTOP)
"""In between, at the usual phone and tablet, only sizes are checked: the structure is that of 320 or 1280."""
HEAVIEST_PAGE = 60_000
"""Letters, of which nearly all are one byte."""
# A finger's breadth, or a part of the text. A box inside its label is as large as the label. Texts of the
# pseudo-language are halved meanwhile, because they are up to twice as long as the English ones.
SMALL_TARGETS = """(isAnEnd) => {
  const pseudo = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (isAnEnd && walker.nextNode()) if (walker.currentNode.data.includes("⟦")) pseudo.push([walker.currentNode, walker.currentNode.data]);
  for (const [node, text] of pseudo) node.data = text.slice(0, text.length / 2);
  const found = [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
    .map((element) => element.matches("[type=checkbox], [type=radio]") ? element.closest("label") ?? element : element)
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => !element.matches(".skip, p a, [tabindex='-1']"))
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
    .map(([element, box]) => `${element.outerHTML.slice(0, 90)} ${box.width}x${box.height}`);
  for (const [node, text] of pseudo) node.data = text;
  if (document.documentElement.scrollWidth > innerWidth) found.push("scrolls sideways");
  return found;
}"""  # noqa: E501 - lines of JavaScript
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
OF_THE_WHOLE = """([isTill, heaviest]) => {
  const found = [...document.forms]
    .filter((form) => [...form.elements].some((field) => field.matches("input:not([type=hidden], [type=checkbox], [type=radio], [type=submit])")))
    .map((form) => [form, [...form.elements].find(({ type }) => type === "submit")])
    .filter(([form, button]) => (button?.getAttribute("formaction") ?? form.getAttribute("action")) !== form.getAttribute("action"))
    .map(([form, button]) => `Enter presses ${button.outerHTML.slice(0, 120)}`);
  if (isTill && document.activeElement === document.body) found.push("the focus is nowhere");
  if (document.documentElement.outerHTML.length > heaviest) found.push("the page is too heavy");
  return found;
}"""  # noqa: E501 - lines of JavaScript


async def faults_of(stop: str, page: Page, contrast: Contrast) -> list[str]:
    """Only contrast depends on the theme."""
    before = page.viewport_size
    found: list[str] = await page.evaluate(OF_THE_WHOLE, [stop.startswith("till"), HEAVIEST_PAGE])
    for size in SIZES:
        await resize(page, size)
        found += [f"{target} at {size[0]}" for target in await page.evaluate(SMALL_TARGETS, size in (PHONE, DESKTOP))]
        if size == PHONE:
            found += [f"clipped with more spacing: {element}" for element in await page.evaluate(CLIPPED_WHEN_SPACED)]
            found += await contrast.faults_of(page)
            found += await violations(page)
            await page.emulate_media(color_scheme="dark")
            found += await contrast.faults_of(page)
    found += await contrast.faults_of(page)
    found += await violations(page)
    await page.emulate_media(color_scheme="light")
    found += await contrast.faults_of(page)
    assert before is not None
    await resize(page, (before["width"], before["height"]))
    return found


async def resize(page: Page, size: tuple[int, int]) -> None:
    if page.viewport_size != {"width": size[0], "height": size[1]}:
        await page.set_viewport_size({"width": size[0], "height": size[1]})
