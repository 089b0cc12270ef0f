"""A shift at the till, without a mouse."""

import pytest
from playwright.async_api import expect

from tests.journeys.conftest import WorkAt
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_points_for_a_purchase_are_seven_interactions(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card(points=40, first_name="Marie", last_name="Weber")
    till = await at_work(shop, "anna")
    await till.open(card)
    await expect(till.title).to_have_text("Marie Weber")
    await till.type("41,50")
    await till.press("Enter")
    await expect(till.balance).to_have_text("81")
    assert till.interactions == 7
    await expect(till.toasts).to_contain_text("Marie Weber: +41 points, now 81.")
