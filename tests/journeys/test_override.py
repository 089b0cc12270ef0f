"""A fraud limit is reached and the owner lifts it at the till; an old code is scanned."""

import pytest
from playwright.async_api import expect

from tests.conftest import OpenShop
from tests.journeys.conftest import OpenWindow, WorkAt
from tests.journeys.till import TillScreen
from tests.world import PASSWORD
from tests.world.caller import new_key
from tests.world.office import Office
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ONE_SALE = {"scope": "card", "measure": "earns", "window_minutes": 60, "maximum": 1}
PIN = "97531"


async def with_a_limit(shop: Shop) -> Shop:
    await shop.give_pin("claire", PIN)
    await Office.of(shop.claire).set_fraud_limits(ONE_SALE)
    return shop


async def test_the_owner_lifts_a_limit_with_the_keyboard_and_books_once(shop: Shop, at_work: WorkAt) -> None:
    card = await (await with_a_limit(shop)).a_card()
    await shop.anna.earn(card, cents=1000)
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.type("41,50")
    await till.press("Enter")
    await expect(till.says).to_contain_text("the owner lifts the limit with a PIN")
    await till.settled()
    await till.page.locator("#says + details summary").press("Enter")
    await till.page.get_by_label("The owner’s email").fill(shop.emails["claire"])
    await till.press("Tab")
    await till.type("1357")
    await till.press("Enter")
    pin = till.page.get_by_label("The owner’s PIN")
    await expect(pin).to_be_focused()
    await expect(pin).to_have_value("")
    await expect(till.page.locator(".error", has_text="Wrong PIN")).to_be_visible()
    await till.type(PIN)
    await till.press("Enter")
    await expect(till.balance).to_have_text("51")
    await expect(till.page.get_by_label("The owner’s PIN")).to_have_count(0)
    lifted, sale = (await shop.anna.history(card))["data"][:2]
    assert [(line["amount"], line["override"]) for line in (lifted, sale)] == [(41, True), (10, False)]
    await till.press("F6")
    await expect(till.page.locator(".panel")).to_contain_text("a limit was lifted for it")


async def test_where_everybody_has_a_pin_without_scripts_both_are_asked_for(
    opened: OpenShop, open_window: OpenWindow
) -> None:
    shop = await with_a_limit(await opened(policy={"staff_pin_policy": "required"}))
    await shop.give_pin("anna", "2468")
    card = await shop.a_card()
    await shop.anna.earn(card, cents=1000, staff_pin="2468")
    page = await (await open_window(java_script_enabled=False)).new_page()
    till = TillScreen(page)
    await page.goto(f"/till/cards/{card['id']}")
    await page.get_by_label("Email").fill(shop.emails["anna"])
    await page.get_by_label("Password").fill(PASSWORD)
    await till.button("Sign in").click()
    await page.get_by_label("Amount paid (€)").fill("41,50")
    await page.get_by_label("Your PIN").fill("2468")
    await till.button("Add points").click()
    await page.locator("#says + details summary").click()
    for own, of_owner, wrong in (("1111", PIN, "#own-pin"), ("2468", "1111", "[name='override.pin']")):
        await page.get_by_label("The owner’s email").fill(shop.emails["claire"])
        await page.get_by_label("The owner’s PIN").fill(of_owner)
        await page.locator("#own-pin").fill(own)
        await till.button("Record it anyway").click()
        await expect(page.locator("[aria-invalid=true]")).to_have_count(1)
        await expect(page.locator(f"{wrong}[aria-invalid=true]")).to_be_visible()
    await page.get_by_label("The owner’s PIN").fill(PIN)
    await page.locator("#own-pin").fill("2468")
    await till.button("Record it anyway").click()
    await expect(till.balance).to_have_text("51")


async def test_the_old_code_of_a_replaced_card_is_refused_in_words(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card()
    await shop.anna.post(f"/store/loyalty/cards/{card['id']}/replace", {"reason": "Lost"}, key=new_key())
    till = await at_work(shop, "anna")
    await till.scan(card["code"])
    await expect(till.title).to_have_text("This card was replaced")
    await expect(till.page.locator("#missing + .muted")).to_contain_text("this one is refused since")
