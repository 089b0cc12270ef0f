"""Language and colors: chosen once, kept everywhere, without leaving the page."""

import re

import pytest
from playwright.async_api import Page, expect

from i18n.locales import LANGUAGE_NAMES
from tests.journeys.conftest import OpenWindow, WorkAt
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_the_till_changes_its_language_and_keeps_the_card(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(first_name="Marie"))
    for code, name in LANGUAGE_NAMES.items():
        await till.page.locator(".menu summary").click()
        await till.button(name).click()
        await expect(till.page.locator("html")).to_have_attribute("lang", code)
        await expect(till.title).to_have_text("Marie")
        await expect(till.page.locator(f".menu [lang={code}]")).to_have_attribute("aria-pressed", "true")
        await expect_headers(till.page, code)


async def expect_headers(page: Page, code: str) -> None:
    answer = await page.request.get(page.url)
    assert answer.headers["content-language"] == code
    assert {"Accept-Language", "Cookie", "HX-Request"} <= set(re.split(r",\s*", answer.headers["vary"]))
    assert answer.headers["cache-control"] == "no-store"


async def test_colors_change_at_once_and_stay(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(first_name="Marie"))
    await till.type("12,5")
    root = till.page.locator("html")
    await expect(root).not_to_have_attribute("data-theme", re.compile("."))
    for name, theme in (("Dark", "dark"), ("Light", "light")):
        await till.page.locator(".menu summary").click()
        async with till.page.expect_response("**/preferences"):
            await till.button(name).click()
        await expect(root).to_have_attribute("data-theme", theme)
        await expect(till.amount).to_have_value("12,5")
        await till.page.locator(".menu summary").click()
    await till.amount.fill("")  # otherwise the browser would ask before the reload
    await till.page.reload()
    await expect(root).to_have_attribute("data-theme", "light")
    await expect(till.title).to_have_text("Marie")


@pytest.mark.parametrize(
    ("browser_says", "shown"), [("lb-LU", "lb"), ("zh-TW", "en"), ("de-CH", "de"), ("fr-BE", "fr")]
)
async def test_the_join_page_guesses_from_the_browser(
    browser_says: str, shown: str, shop: Shop, open_window: OpenWindow
) -> None:
    """Users of unsupported languages get the merchant's language."""
    page = await (await open_window(locale=browser_says, java_script_enabled=False)).new_page()
    answer = await page.goto(f"/j/{shop.hub}")
    assert answer is not None
    await expect(page.locator("html")).to_have_attribute("lang", shown)
    assert (await answer.all_headers())["content-language"] == shown


async def test_the_language_chosen_on_the_join_page_is_the_one_of_the_card(shop: Shop, open_window: OpenWindow) -> None:
    page = await (await open_window(java_script_enabled=False)).new_page()
    await page.goto(f"/j/{shop.hub}")
    await page.get_by_role("link", name="Français").click()
    await page.locator("[name=email]").fill("zoe@example.com")
    await page.locator("[name=accept_terms]").check()
    await page.locator("form button.big").click()
    await expect(page.locator(".face-code")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "fr")
    cards = await shop.anna.find("zoe@example.com")
    assert [card["customer"]["language"] for card in cards] == ["fr"]
