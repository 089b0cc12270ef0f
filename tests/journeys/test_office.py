"""The owner's day: the office, a till, and back."""

import pytest
from playwright.async_api import expect

from tests.axe import Contrast
from tests.journeys.accessibility import faults_of
from tests.journeys.conftest import OpenWindow
from tests.journeys.office import sign_in
from tests.journeys.till import TillScreen
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = [
    *("Overview", "Rewards", "Email templates", "Marketing emails", "Stores", "Policy", "Review"),
    *("Staff", "Tablets", "API keys", "Webhooks", "Audit"),
]


async def test_an_owner_reads_the_day_goes_to_a_till_and_comes_back(shop: Shop, open_window: OpenWindow) -> None:
    card = await shop.a_card(points=150)
    await shop.anna.redeem(card, shop.rewards[100])
    page = await (await open_window()).new_page()
    await sign_in(page, shop.emails["claire"])
    await expect(page.get_by_role("row", name=f"HUB {shop.hub} 1 1 150 100 0 1 0")).to_be_visible()

    await page.get_by_role("button", name=f"Till {shop.hub}").click()
    await TillScreen(page).is_ready()
    await page.keyboard.type(card["code"].lower())
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-amount]")).to_be_focused()
    await page.keyboard.press("+")
    await expect(page.locator("#stamp-count")).to_have_text("Stamps 1 of 10")

    await page.locator(".menu summary").click()
    await page.get_by_role("link", name="Office").click()
    await expect(page.get_by_role("row", name=f"HUB {shop.hub} 1 1 150 100 1 1 0")).to_be_visible()


async def test_on_a_phone_without_scripts_the_menu_folds_and_leads_to_the_till(
    shop: Shop, open_window: OpenWindow
) -> None:
    window = await open_window(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = await window.new_page()
    await sign_in(page, shop.emails["claire"])
    links = page.get_by_role("navigation", name="Office").get_by_role("link")
    await expect(links).to_have_count(0)
    await page.locator(".fold summary").click()
    await expect(links).to_have_text([*PAGES, "Till"])
    await expect(links.first).to_have_attribute("aria-current", "page")
    await links.last.click()
    await page.get_by_role("button", name=shop.outlet).click()
    await expect(page.get_by_role("heading", name="Ready to scan")).to_be_visible()


async def test_the_frame_is_reached_with_the_keyboard(shop: Shop, open_window: OpenWindow) -> None:
    page = await (await open_window()).new_page()
    await sign_in(page, shop.emails["claire"])
    reached = []
    for _ in range(len(PAGES) + 4):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.textContent.trim()"))
    assert reached == ["Skip to the content", "Fashion Group", *PAGES, "Till", "Claire"]
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Dark").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_role("button", name="Français").click()
    await expect(page.get_by_role("heading", name="Aujourd’hui")).to_be_visible()


async def test_a_new_merchant_is_shown_the_way_to_customers(
    shop: Shop, open_window: OpenWindow, contrast: Contrast
) -> None:
    page = await (await open_window(reduced_motion="reduce")).new_page()
    await sign_in(page, shop.emails["claire"])
    assert await faults_of("no customers yet", page, contrast) == []
    await page.get_by_role("link", name="Join page: HUB").click()
    await expect(page.get_by_label("Email")).to_be_visible()
