"""An optional PIN."""

import pytest
from playwright.async_api import expect

from tests.journeys.conftest import WorkAt
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_pin_that_may_be_left_out_hides_until_somebody_wants_it(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=4150)
    till = await at_work(shop, "anna")
    pin = till.page.locator("[name=staff_pin]:visible")
    await till.open(card)
    await expect(pin).to_have_count(0)
    await till.page.locator(".with-pin summary").click()
    await expect(pin).to_have_count(1)
    await till.press("F8")
    await expect(till.title).to_have_text("All transactions")
    await till.page.locator("details.booking:not(.receipt) > summary").first.click()
    await expect(till.page.locator("details[open] [name=amount]")).to_be_visible()
    await expect(pin).to_have_count(0)
