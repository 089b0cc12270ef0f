"""A reward held by a tablet stays on the card while the purchase is recorded."""

import pytest
from playwright.async_api import expect

from tests.conftest import OpenShop
from tests.journeys.conftest import WorkAt
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PIN = "2468"


async def test_enter_after_the_amount_records_the_purchase_and_leaves_what_is_set_aside(
    shop: Shop, at_work: WorkAt
) -> None:
    card = await shop.a_card(points=120)
    await shop.anna.reserve(card, shop.rewards[100])
    till = await at_work(shop, "anna")
    await till.open(card)
    await expect(till.handover).to_have_text("Voucher")
    await till.type("12,50")
    await till.press("Enter")
    await expect(till.toasts).to_contain_text("+12 points")
    shown = await shop.anna.show(card)
    assert (shown["points_balance"], shown["held_points"]) == (132, 100)


async def test_an_amount_and_enter_pressed_before_the_card_is_there_hand_nothing_over(
    shop: Shop, at_work: WorkAt
) -> None:
    card = await shop.a_card(points=120)
    await shop.anna.reserve(card, shop.rewards[100])
    till = await at_work(shop, "anna")
    await till.scan(str(card["code"]))
    await till.type("7")
    await till.press("Enter")
    await expect(till.toasts).to_contain_text("+7 points")
    shown = await shop.anna.show(card)
    assert (shown["points_balance"], shown["held_points"]) == (127, 100)


async def test_enter_in_the_quantity_hands_over_that_many_with_a_pin_of_its_own(
    opened: OpenShop, at_work: WorkAt
) -> None:
    shop = await opened(rewards=[{"points_required": 100}], policy={"staff_pin_policy": "required"})
    await shop.give_pin("anna", PIN)
    card = await shop.a_card()
    await shop.anna.earn(card, cents=35000, staff_pin=PIN)
    hold = (await shop.anna.reserve(card, shop.rewards[100], quantity=3, staff_pin=PIN))["hold"]
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.type("12,50")
    await till.page.get_by_label("Quantity").fill("2")
    await till.press("Tab")
    await till.type("1111")
    await till.press("Enter")
    await expect(till.page.locator(f"[id='pin-{hold['id']}-says']")).to_contain_text("Wrong PIN.")
    await expect(till.page.get_by_label("Quantity")).to_have_value("2")
    await expect(till.amount).to_have_value("12,50")
    await till.type(PIN)
    await till.press("Enter")
    await expect(till.handover).to_have_text("2 × Voucher")
    await expect(till.balance).to_have_text("150")
