"""The page of all sentences, opened as a file."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.axe import Contrast, violations
from tests.strings.folder import MAP
from tests.strings.page import make_page
from tests.strings.strings_map import StringsMap, read_map

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PICTURE = "till.jpg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With one sentence that has a place."""
    out = tmp_path / "strings"
    (out / "pictures").mkdir(parents=True)
    Image.new("RGB", (1280, 2400), "white").save(out / "pictures" / PICTURE)
    place = read_map(MAP).located["Add points"]
    make_page(StringsMap({"Add points": type(place)("till", "/till", PICTURE, (640, 1200, 80, 16), [])}, {}), out)
    return out


@pytest.fixture
async def page(chromium: Browser, folder: Path) -> Page:
    window = await chromium.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = await window.new_page()
    await page.goto((folder / "index.html").as_uri())
    return page


async def test_a_sentence_is_found_with_its_translations_and_its_picture(page: Page) -> None:
    await page.get_by_label("Search").fill("add points till")
    row = page.locator(".sentence").filter(has=page.get_by_role("heading", name="Add points", exact=True))
    await expect(row.locator("dd[lang=fr]")).to_have_text("Ajouter des points")
    await expect(row.locator("figcaption")).to_have_text("till · /till")
    await expect(row.get_by_role("img", name="Picture of till")).to_be_visible()
    frame = await row.locator(".box").bounding_box()
    crop = await row.locator(".crop").bounding_box()
    assert frame is not None
    assert crop is not None
    assert crop["y"] < frame["y"]
    assert frame["y"] + frame["height"] < crop["y"] + crop["height"]
    assert await row.locator("a.picture").get_attribute("href") == f"pictures/{PICTURE}"


async def test_it_filters_and_shows_more_by_the_keyboard_alone(page: Page) -> None:
    await page.get_by_label("Show").select_option("unlocated")
    await page.get_by_label("Language").select_option("de")
    await page.get_by_label("Part").select_option("frontend/till")
    await expect(page.locator("dt").first).to_have_text("Deutsch")
    before = await page.locator(".sentence").count()
    await page.get_by_role("button", name="Show more").press("Enter")
    await expect(page.locator(".sentence").nth(before)).to_be_focused()


async def test_everybody_can_use_it_on_a_phone(page: Page, contrast: Contrast) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert await violations(page) == []
    assert await contrast.faults_of(page) == []


def test_the_archive_holds_the_page_and_the_pictures(folder: Path) -> None:
    with ZipFile(folder.with_suffix(".zip")) as packed:
        assert packed.namelist() == ["index.html", f"pictures/{PICTURE}"]
