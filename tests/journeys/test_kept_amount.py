"""An entered amount is kept until it is recorded, while other things are done on the card."""

import pytest
from playwright.async_api import Route, expect

from tests.journeys.conftest import WorkAt
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_an_amount_stays_through_a_stamp_a_reward_and_an_undo(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card(points=120)
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.type("12,50")
    await till.press("+")
    await expect(till.stamps).to_have_text("Stamps 1 of 10")
    await expect(till.amount).to_have_value("12,50")
    await till.press("*")
    await expect(till.handover).to_have_text("Voucher")
    await expect(till.amount).to_have_value("12,50")
    await till.press("-")
    await expect(till.balance).to_have_text("120")
    await expect(till.amount).to_have_value("12,50")
    await till.press("Enter")
    await expect(till.balance).to_have_text("132")
    await expect(till.amount).to_have_value("")


async def test_an_amount_stays_while_what_is_set_aside_is_handed_over_or_released(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card(points=350)
    for _ in range(2):
        await shop.anna.reserve(card, shop.rewards[100])
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.type("12,50")
    await till.button("Hand over").first.click()
    await expect(till.balance).to_have_text("250")
    await expect(till.amount).to_have_value("12,50")
    await till.button("Release").click()
    await expect(till.toasts).to_contain_text("100 points available again.")
    await expect(till.amount).to_have_value("12,50")
    await till.press("Enter")
    await expect(till.balance).to_have_text("262")


async def test_an_amount_typed_for_one_customer_is_said_to_be_lost_when_another_is_undone(
    shop: Shop, at_work: WorkAt
) -> None:
    marie, jean = await shop.a_card(first_name="Marie"), await shop.a_card(first_name="Jean")
    till = await at_work(shop, "anna")
    await till.open(marie)
    await till.press("+")
    await expect(till.stamps).to_have_text("Stamps 1 of 10")
    await till.open(jean)
    await till.type("12,50")
    await till.page.locator("[data-undo] button").click()
    await expect(till.title).to_have_text("Marie")
    await expect(till.toasts).to_contain_text("Undone. 12,50 was not recorded.")
    await expect(till.amount).to_have_value("")


async def test_a_link_ended_without_an_answer_is_found_out_by_the_till_and_the_amount_stays(
    shop: Shop, at_work: WorkAt
) -> None:
    card = await shop.a_card(first_name="Marie")
    till = await at_work(shop, "anna")
    await till.page.route("**/till/cards/*/links", end_and_hang_up)
    await till.open(card)
    await till.type("12,50")
    await till.page.locator(".phone summary").click()
    await till.button("End it and email a new link").click()
    await expect(till.toasts).to_contain_text("Recorded. It counted only once.")
    await expect(till.amount).to_have_value("12,50")
    assert (await shop.anna.show(card))["page_url"] != card["page_url"]


async def end_and_hang_up(route: Route) -> None:
    await route.fetch()
    await route.abort()
