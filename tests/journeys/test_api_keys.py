"""An owner connects the web shop."""

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import OpenWindow
from tests.journeys.office import sign_in
from tests.world import PASSWORD
from tests.world.caller import refused
from tests.world.shop import Shop
from tests.world.till import Till

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def secret_on(page: Page) -> str:
    field = page.locator("#secret")
    await expect(field).to_be_visible()
    return await field.input_value()


async def test_without_scripts_a_key_is_made_used_changed_renewed_and_revoked(
    shop: Shop, open_window: OpenWindow
) -> None:
    window = await open_window(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = await window.new_page()
    await sign_in(page, shop.emails["claire"])
    await page.goto("/office/api")
    await expect(page.get_by_text("There is no key yet.")).to_be_visible()
    await page.get_by_role("link", name="Create a key").click()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Name", exact=True).fill("Web shop")
    await page.get_by_role("button", name="Create").click()
    await expect(page.get_by_text("Tick at least one permission.")).to_be_visible()
    for permission in ("See the till", "Serve customers"):
        await page.get_by_label(permission).check()
    await page.get_by_role("button", name="Create").click()
    first = await secret_on(page)
    web = Till(shop.anna.http, shop.anna._promises, first).at(shop.hub)
    card = await web.enroll()
    await web.earn(card, cents=500)

    await page.get_by_role("link", name="I have kept it").click()
    await page.get_by_role("link", name="Web shop").click()
    await page.get_by_label("Only these:").check()
    await page.get_by_label("OUT", exact=True).check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("OUT · 2 permissions")).to_be_visible()
    with refused("store_not_found", 404):
        await web.program()

    await page.get_by_role("link", name="Web shop").click()
    await page.get_by_role("link", name="Create a new secret").click()
    await page.get_by_label("The present one works for").select_option("Not at all")
    await page.get_by_role("button", name="Create a new secret").click()
    second = Till(shop.anna.http, shop.anna._promises, await secret_on(page))
    with refused("unauthenticated", 401):
        await web.get("/api-key")
    await second.get("/api-key")

    await page.get_by_role("link", name="I have kept it").click()
    await page.get_by_role("link", name="Web shop").click()
    await page.get_by_role("button", name="Revoke this key").click()
    await expect(page.get_by_text("Revoked", exact=True)).to_be_visible()
    with refused("api_key_revoked", 401):
        await second.get("/api-key")
