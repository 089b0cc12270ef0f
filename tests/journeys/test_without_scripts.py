"""The till in a browser without JavaScript: slower, but complete."""

import pytest
from playwright.async_api import expect

from tests.conftest import OpenShop
from tests.journeys.conftest import OpenWindow
from tests.journeys.till import TillScreen
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_find_earn_stamp_redeem_and_undo(opened: OpenShop, open_window: OpenWindow) -> None:
    shop = await opened(categories=2)
    await shop.give_pin("anna", "2468")
    card = await shop.a_card(points=80, first_name="Zoé", last_name="Weber")
    page = await (await open_window(java_script_enabled=False)).new_page()
    till = TillScreen(page)

    await page.goto("/till")
    await page.get_by_label("Email").fill(shop.emails["anna"])
    await page.get_by_label("Password").fill(PASSWORD)
    await till.button("Sign in").click()
    await expect(till.title).to_have_text("Ready to scan")

    await page.get_by_label("Scan, or enter a name, email or phone").fill("zoe")
    await till.button("Find").click()
    await expect(till.title).to_have_text("Zoé Weber")

    await page.get_by_label("Amount paid (€)").fill("25,50")
    await till.button("Add points").click()
    await expect(page.locator("#category-says")).to_have_text("Choose a category")
    await expect(page.get_by_label("Amount paid (€)")).to_have_value("25,50")
    await page.get_by_label("Category 2").check()
    await till.button("Add points").click()
    await expect(till.balance).to_have_text("105")

    await till.button("Add stamp").click()
    await expect(till.stamps).to_have_text("Stamps 1 of 10")
    await till.button("Redeem Voucher −100").click()
    await expect(till.handover).to_have_text("Voucher")
    await expect(till.balance).to_have_text("5")
    await till.button("Undo").click()
    await expect(till.balance).to_have_text("105")
    await expect(till.toasts).to_contain_text("Undone.")
    await page.reload()
    await expect(till.balance).to_have_text("105")

    await till.button("Lock").click()
    await expect(till.title).to_have_count(0)
    await page.get_by_label("Your PIN").fill("2468")
    await till.button("Unlock").last.click()
    await expect(till.balance).to_have_text("105")
    kinds = [booking["kind"] for booking in (await shop.anna.history(card))["data"]]
    assert kinds[:4] == ["voided", "redeemed", "earned", "earned"]
