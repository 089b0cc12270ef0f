"""Every email in a real browser: readable for all, in both themes, on a narrow phone, with images off."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.layout import MailBrand
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM, RenderedMail, render
from backend.messaging.templates.text_part import text_of
from i18n.locales import LANGUAGES
from tests.axe import Contrast, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTH = 320
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
BRANDS = {
    "white": replace(SAMPLE_BRAND, color="#FFFFFF"),
    "black": replace(SAMPLE_BRAND, color="#000000"),
    "yellow": replace(SAMPLE_BRAND, color="#FFE100", privacy_url="https://aurora.example/privacy"),
    "gray": replace(SAMPLE_BRAND, color="#777777", logo_url="https://aurora.example/logo.png"),
}
FAULTS = """(language) => [
  [document.documentElement.scrollWidth > innerWidth, "scrolls sideways"],
  [document.documentElement.lang !== language, "has another language"],
  [document.querySelectorAll("h1").length !== 1, "has not one heading"],
  [document.querySelector("table:not([role=presentation]), img:not([alt])"), "has a table or an image without role"],
].filter(([isTrue]) => isTrue).map(([, fault]) => fault)"""
UNSUBSCRIBE = "https://cards.example/unsubscribe/x"


@pytest.fixture(scope="module")
async def window(chromium: Browser) -> AsyncIterator[Page]:
    page = await chromium.new_page(viewport={"width": WIDTH, "height": 640})
    # Images off: the reader's program asks for none.
    await page.route("**/*", lambda route: route.abort())
    yield page
    await page.close()


def emails(code: str, brand: MailBrand) -> Iterator[tuple[str, str, RenderedMail]]:
    template = TEMPLATES[code]
    for language in LANGUAGES:
        for sample, values in template.samples_in(language).items():
            mail = render(
                template, values, language, brand=brand, platform_name=SAMPLE_PLATFORM, unsubscribe_url=UNSUBSCRIBE
            )
            yield f"{language}/{sample}", language, mail


async def faults(page: Page, contrast: Contrast, where: str, language: str, mail: RenderedMail) -> list[str]:
    await page.set_content(mail.body_html, wait_until="domcontentloaded")
    found: list[str] = await page.evaluate(FAULTS, language)
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme)
        found += [f"{fault} in {theme}" for fault in await contrast.faults_of(page)]
    return [f"{where}: {fault}" for fault in found]


@pytest.mark.parametrize("code", TEMPLATES)
async def test_everybody_can_read_every_email(window: Page, contrast: Contrast, code: str) -> None:
    """A sample decides on the parts of an email, a language on their words: axe sees each of both, not each pair."""
    found, languages, samples = [], set(), set()
    for where, language, mail in emails(code, SAMPLE_BRAND):
        found += await faults(window, contrast, where, language, mail)
        sample = where.partition("/")[2]
        if language not in languages or sample not in samples:
            found += [f"{where}: {violation}" for violation in await violations(window, WCAG)]
        languages.add(language)
        samples.add(sample)
    assert found == []


@pytest.mark.parametrize("brand", BRANDS)
async def test_every_merchants_color_is_readable(window: Page, contrast: Contrast, brand: str) -> None:
    (first, *_) = emails("loyalty_enrollment", BRANDS[brand])
    assert await faults(window, contrast, *first) == []
    assert await violations(window, WCAG) == []
    assert await window.get_by_role("link").first.is_visible()


async def test_with_images_off_the_logo_reads_as_the_merchants_name(window: Page) -> None:
    (_, _, mail), *_ = emails("loyalty_enrollment", BRANDS["gray"])
    await window.set_content(mail.body_html, wait_until="domcontentloaded")
    await expect(window.get_by_role("img", name="Café Aurora")).to_be_visible()


@pytest.mark.parametrize("code", TEMPLATES)
async def test_the_text_part_says_what_the_html_says(window: Page, code: str) -> None:
    for where, _, mail in emails(code, SAMPLE_BRAND):
        await window.set_content(mail.body_html, wait_until="domcontentloaded")
        read = (await window.locator("td.body").inner_text()).split()
        said = "".join(mail.body_text.split("-- \n")[0].split())
        assert [word for word in read if word.strip(":") not in said] == [], where


def test_lists_and_line_breaks_survive_in_the_text_part() -> None:
    html = "<p>One<br>two</p><ol><li>First</li><li>Second</li></ol><ul><li>Dot</li></ul><img alt='A cup' src='x'>"
    assert text_of(html) == "One\ntwo\n\n1. First\n2. Second\n\n• Dot\n\nA cup"
