"""Returns, held rewards, and the explanation of a balance."""

import pytest
from playwright.async_api import expect

from tests.conftest import OpenShop
from tests.journeys.conftest import OpenWindow, WorkAt
from tests.journeys.till import TillScreen
from tests.world import PASSWORD
from tests.world.shop import Shop

PIN = "2468"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_part_of_a_sale_is_taken_back_from_the_history_of_the_card(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=4150)
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.press("F6")
    await expect(till.title).to_have_text("History of the card")
    await till.at_first_row()
    await till.press("Enter")
    amount = till.page.locator("details[open] [name=amount]")
    await expect(amount).to_have_value("41.50")
    await amount.fill("10,50")
    await till.button("Goods returned").first.click()
    await expect(till.toasts).to_contain_text("voided, −10 points.")
    await expect(till.balance).to_have_text("31")
    await till.press("F6")
    await till.at_first_row()
    await till.press("ArrowDown", "Enter")
    await expect(till.page.locator("details[open] .hint").nth(1)).to_have_text("€10.50 already voided; €31.00 left.")
    await till.page.locator("details[open] [name=amount]").fill("40")
    await till.page.locator("details[open] [data-digit='3']").click()
    await expect(till.page.locator("details[open] [aria-invalid=true]")).to_be_focused()
    await expect(till.page.locator("details[open] .error").first).to_contain_text(
        "That is more than can still be voided"
    )
    assert (await shop.anna.show(card))["points_balance"] == 31


async def test_the_digits_of_an_amount_are_no_reasons(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card(points=40)
    till = await at_work(shop, "anna")
    await till.press("F8")
    await till.at_first_row()
    await till.press("Enter")
    await till.page.locator("details[open] [name=amount]").fill("")
    await till.type("12,34")
    await expect(till.page.locator("details[open] [name=amount]")).to_have_value("12,34")
    assert (await shop.anna.show(card))["points_balance"] == 40


async def test_a_pin_and_enter_choose_no_reason(shop: Shop, at_work: WorkAt) -> None:
    await shop.give_pin("anna", PIN)
    card = await shop.a_card(points=40)
    till = await at_work(shop, "anna")
    await till.press("F8")
    await till.at_first_row()
    await till.press("Enter")
    await till.page.locator("details[open] .with-pin summary").click()
    await till.page.locator("details[open] [name=staff_pin]").focus()
    await till.type(PIN)
    await till.press("Enter")
    await till.button("Wrong amount").first.focus()
    assert (await shop.anna.show(card))["points_balance"] == 40
    await till.press("3")
    await expect(till.toasts).to_contain_text("voided, −40 points.")


async def test_an_order_comes_back_by_its_receipt_at_the_sister_store(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card(first_name="Marie")
    await shop.anna.earn(card, cents=4150, order_reference="R-2026-1")
    till = await at_work(shop, "luc")
    await till.press("F8")
    await expect(till.title).to_have_text("All transactions")
    await till.settled()
    await till.page.locator(".receipt > summary").click()
    await till.page.get_by_label("Receipt number").fill("R-404")
    await till.press("Enter")
    await expect(till.page.locator("#order_reference-says")).to_contain_text("There is no such transaction")
    await till.page.get_by_label("Receipt number").fill("#r 2026 1")
    await till.press("Enter")
    await expect(till.page.locator("#return")).to_have_text("Marie")
    await expect(till.page.locator("#return")).to_be_focused()
    await expect(till.page.locator(".returning")).to_contain_text("Goes back: €41.50")
    await till.press("Enter")
    await till.type("R-2026-1")
    await till.press("Enter")
    assert (await shop.luc.show(card))["points_balance"] == 41
    await till.press("ArrowDown", "3")
    await expect(till.title).to_have_text("Marie")
    await expect(till.balance).to_have_text("0")
    assert (await shop.luc.history(card))["data"][0]["store"] == shop.outlet
    await till.page.locator("[data-undo] button").click()
    await expect(till.balance).to_have_text("41")


async def test_what_a_tablet_has_set_aside_is_handed_over_at_the_till(opened: OpenShop, at_work: WorkAt) -> None:
    shop = await opened(rewards=[{"points_required": 100}])
    card = await shop.a_card(points=350)
    await shop.anna.reserve(card, shop.rewards[100], quantity=3)
    till = await at_work(shop, "anna")
    await till.open(card)
    await expect(till.page.locator(".handover strong")).to_have_text("3 × Voucher")
    await till.page.get_by_label("Quantity").fill("2")
    await till.button("Hand over").click()
    await expect(till.handover).to_have_text("2 × Voucher")
    await expect(till.balance).to_have_text("150")
    await shop.anna.reserve(card, shop.rewards[100])
    await till.open(card)
    await till.button("Release").click()
    await expect(till.toasts).to_contain_text("100 points available again.")
    await expect(till.button("Release")).to_have_count(0)


async def test_why_this_balance_opens_on_the_card_and_keeps_the_amount(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card(points=120)
    await shop.anna.redeem(card, shop.rewards[100])
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.type("12,5")
    await till.press("F7")
    why = till.page.locator("#why")
    await expect(why).to_contain_text("120 points: purchase of €120.00 at HUB")
    await expect(why).to_contain_text("100 points: redeemed for Voucher at HUB")
    await expect(why).to_contain_text("20 points left.")
    await expect(till.amount).to_have_value("12,5")
    await expect(till.amount).to_be_focused()
    await till.press("Enter")
    await expect(till.balance).to_have_text("32")


async def test_a_key_pressed_while_the_scanned_card_is_on_its_way_is_pressed_on_it(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card(points=7)
    till = await at_work(shop, "anna")
    await till.scan(str(card["code"]))
    await till.press("F7")
    await expect(till.page.locator("#why")).to_contain_text("7 points on the card.")


async def test_without_scripts_a_part_comes_back_and_the_balance_is_explained(
    shop: Shop, open_window: OpenWindow
) -> None:
    card = await shop.a_card(first_name="Zoé")
    await shop.anna.earn(card, cents=4150)
    page = await (await open_window(java_script_enabled=False)).new_page()
    till = TillScreen(page)
    await page.goto(f"/till/cards/{card['id']}")
    await page.get_by_label("Email").fill(shop.emails["anna"])
    await page.get_by_label("Password").fill(PASSWORD)
    await till.button("Sign in").click()
    await page.get_by_role("link", name="History").click()
    await expect(till.title).to_have_text("History of the card")
    await page.locator("details.booking summary").first.click()
    await page.locator("details[open] [name=amount]").fill("10")
    await till.button("Goods returned").first.click()
    await expect(till.balance).to_have_text("31")
    await page.locator(".why summary").click()
    await page.get_by_role("link", name="Show where each point came from").click()
    await expect(till.title).to_have_text("Why this balance?")
    await expect(page.locator(".panel")).to_contain_text("10 points: deducted at HUB")
    await page.get_by_role("link", name="Back to the card").click()
    await expect(till.title).to_have_text("Zoé")
