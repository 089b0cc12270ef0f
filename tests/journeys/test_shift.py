"""A shift at the till without a mouse."""

from datetime import datetime
from uuid import uuid4

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from backend.loyalty.ledger.models.transactions import TransactionCategory
from tests.conftest import OpenShop
from tests.journeys.conftest import WorkAt
from tests.world.shop import Shop
from tests.world.till import LUXEMBOURG

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PIN = "2468"
WHERE_IS = """(element, words) => {
  const range = document.createRange();
  const text = [...element.childNodes].find((node) => node.data?.includes(words));
  range.setStart(text, text.data.indexOf(words));
  range.setEnd(text, text.data.indexOf(words) + words.length);
  return range.getBoundingClientRect().left;
}"""


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


async def test_a_stamp_is_two_interactions(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(stamps=3))
    await till.press("+")
    await expect(till.stamps).to_have_text("Stamps 4 of 10")
    assert till.interactions == 2


async def test_a_stamp_too_early_is_told_when_it_may_come(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card(stamps=3)
    stamped = await shop.anna.stamp(card)
    allowed = datetime.fromisoformat(stamped["card"]["next_stamp_available_at"]).astimezone(LUXEMBOURG)
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.press("+")
    await expect(till.says).to_contain_text("Too early for another stamp. Next stamp at ")
    said = (await till.says.inner_text()).strip().removesuffix(".")[-5:]
    assert said == f"{allowed:%H:%M}"
    await expect(till.stamps).to_have_text("Stamps 4 of 10")
    assert await till.has_focus()


async def test_one_reward_is_redeemed_with_two_interactions_and_undone_with_one(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card(points=120)
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.press("*")
    await expect(till.handover).to_have_text("Voucher")
    await expect(till.balance).to_have_text("20")
    assert till.interactions == 2
    await till.press("-")
    await expect(till.balance).to_have_text("120")
    assert till.interactions == 3
    await expect(till.toasts).to_contain_text("Undone.")


async def test_a_customer_who_was_just_left_can_still_be_undone(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card(points=120)
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.press("*")
    await expect(till.handover).to_have_text("Voucher")
    await till.press("Escape")
    await expect(till.title).to_have_text("Ready to scan")
    await expect(till.page.locator("#query")).to_be_focused()
    await till.press("-")
    await expect(till.toasts).to_contain_text("Undone.")
    await expect(till.balance).to_have_text("120")


async def test_one_of_several_rewards_is_chosen_with_a_digit(opened: OpenShop, at_work: WorkAt) -> None:
    names = {100: "Voucher", 500: "Tote bag"}
    shop = await opened(rewards=[{"points_required": points, "name": {"en": name}} for points, name in names.items()])
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(points=600))
    await till.press("*")
    await expect(till.button("Tote bag −500")).to_be_in_viewport(ratio=1)
    await till.press("2")
    await expect(till.handover).to_have_text("Tote bag")
    await expect(till.balance).to_have_text("100")
    assert till.interactions == 3


async def test_the_tenth_stamp_makes_a_reward_that_one_key_hands_over(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(stamps=9))
    await till.press("+")
    await expect(till.handover).to_have_text("Free accessory")
    await expect(till.stamps).to_have_text("Stamps 10 of 10")
    await till.press("*")
    await expect(till.page.locator(".handover").first).to_contain_text("Hand over")
    await expect(till.stamps).to_have_text("Stamps 0 of 10")


async def test_a_purchase_with_category_and_pin(opened: OpenShop, at_work: WorkAt) -> None:
    shop = await opened(policy={"staff_pin_policy": "required"}, categories=3)
    await shop.give_pin("anna", PIN)
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card())
    await till.type("25,50")
    await till.press("Enter")
    await expect(till.page.locator("#category-says")).to_have_text("Choose a category")
    await expect(till.amount).to_have_value("25,50")
    await expect(till.page.locator("[name=category_ids]").first).to_be_focused()
    await till.press("ArrowDown", "Tab")
    await till.type(PIN)
    await till.press("Enter")
    await expect(till.balance).to_have_text("25")
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        chosen = (await session.scalars(select(TransactionCategory.category_id))).all()
    assert [str(category) for category in chosen] == [shop.categories[1]]


async def test_five_wrong_pins_lock_it(opened: OpenShop, at_work: WorkAt) -> None:
    shop = await opened(policy={"staff_pin_policy": "required"})
    await shop.give_pin("anna", PIN)
    card = await shop.a_card()
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.type("25,50")
    await till.press("Tab")
    for left in (4, 3, 2, 1):
        await till.type("1111")
        await till.press("Enter")
        await expect(till.page.locator("#staff_pin-says")).to_contain_text(f"Wrong PIN. {left} attempt")
        await expect(till.page.locator("[name=staff_pin]")).to_be_focused()
    await till.type("1111")
    await till.press("Enter")
    await expect(till.page.locator("#staff_pin-says")).to_contain_text("The PIN is locked")
    await till.type(PIN)
    await till.press("Enter")
    await expect(till.page.locator("#staff_pin-says")).to_contain_text("The PIN is locked")
    await expect(till.amount).to_have_value("25,50")
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_a_customer_is_found_by_a_name_with_its_accents_left_out(shop: Shop, at_work: WorkAt) -> None:
    await shop.a_card(first_name="Zoé", last_name="Müller-Lëtz", points=7)
    till = await at_work(shop, "anna")
    await till.press("/")
    await till.type("muller-letz")
    await till.press("Enter")
    await expect(till.title).to_have_text("Zoé Müller-Lëtz")
    await expect(till.page.locator("#news")).to_have_text("Zoé Müller-Lëtz, 7 points, 0 of 10 stamps")
    await expect(till.amount).to_be_focused()


async def test_one_of_several_namesakes_is_chosen_with_arrows(shop: Shop, at_work: WorkAt) -> None:
    for first_name in ("Marie", "Max"):
        await shop.a_card(first_name=first_name, last_name="Weber")
    till = await at_work(shop, "anna")
    await till.press("/")
    await till.type("weber")
    await till.press("Enter")
    await expect(till.title).to_have_text("2 customers match")
    names = till.page.locator(".match strong")
    second = await names.nth(1).inner_text()
    await till.press("ArrowDown", "Enter")
    await expect(till.title).to_have_text(second)


async def test_a_customer_who_is_not_found_is_enrolled_with_what_was_typed(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.press("/")
    await till.type("zoé thill")
    await till.press("Enter")
    await expect(till.title).to_have_text("No customer matches “zoé thill”.")
    await expect(till.page.locator("[name=first_name]")).to_have_value("zoé")
    await expect(till.page.locator("[name=last_name]")).to_have_value("thill")
    await expect(till.page.locator("#query")).to_be_focused()
    assert await till.page.evaluate("getSelection().toString()") == "zoé thill"
    await till.press("F4")
    await expect(till.page.locator("[name=email]")).to_be_focused()
    await till.type(f"{uuid4().hex[:8]}@example.com")
    await till.press("Enter")
    await expect(till.title).to_have_text("zoé thill")
    await expect(till.toasts).to_contain_text("zoé thill is enrolled.")
    await expect(till.amount).to_be_focused()


async def test_enrolling_is_two_keys_and_the_address(shop: Shop, at_work: WorkAt) -> None:
    till, email = await at_work(shop, "anna"), f"{uuid4().hex[:8]}@example.com"
    await till.press("F4")
    await expect(till.page.locator("[name=email]")).to_be_focused()
    await till.type(email)
    await till.press("Enter")
    await expect(till.toasts).to_contain_text("is enrolled.")
    assert till.interactions == 2 + len(email)
    await till.press("Escape")
    await expect(till.page.get_by_role("heading", name="Ready to scan")).to_be_visible()
    await till.press("F4")
    await expect(till.page.locator("[name=email]")).to_be_focused()
    await till.type(email)
    await till.press("Enter")
    await expect(till.toasts).to_contain_text("Already has a card, since")


async def test_a_booking_of_the_day_is_taken_back_with_a_reason(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=2550)
    till = await at_work(shop, "anna")
    await till.press("F8")
    await expect(till.title).to_have_text("All transactions")
    await till.at_first_row()
    await till.press("Enter", "3")
    await expect(till.toasts).to_contain_text("voided, −25 points.")
    booking = (await shop.anna.history(card))["data"][0]
    assert (booking["kind"], booking["amount"], booking["reason"]) == ("voided", -25, "Goods returned")


async def test_a_reload_does_not_unlock_and_the_pin_opens_the_same_card(shop: Shop, at_work: WorkAt) -> None:
    await shop.give_pin("anna", PIN)
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(points=10))
    await till.type("12,5")
    await till.press("F9")
    pin = till.page.locator("#unlock-pin")
    await expect(pin).to_be_focused()
    await till.type("1111")
    await till.press("Enter")
    await expect(till.page.locator("#unlock-pin-says")).to_have_text("Wrong PIN. 4 attempts left.")
    await till.page.reload()
    await expect(pin).to_be_focused()
    await expect(till.balance).to_have_count(0)
    await till.type("2222")
    await till.press("Enter")
    await expect(till.page.locator("#unlock-pin-says")).to_have_text("Wrong PIN. 3 attempts left.")
    await expect(pin).to_be_focused()
    await till.type(PIN)
    await till.press("Enter")
    await expect(till.balance).to_have_text("10")


async def test_the_amount_is_kept_while_the_till_is_locked(shop: Shop, at_work: WorkAt) -> None:
    await shop.give_pin("anna", PIN)
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(points=10))
    await till.type("12,50")
    await till.press("F9")
    await expect(till.page.locator("#unlock-pin")).to_be_focused()
    await till.type(PIN)
    await till.press("Enter")
    await expect(till.amount).to_be_focused()
    await till.press("Enter")
    await expect(till.balance).to_have_text("22")


async def test_what_is_earned_at_one_store_is_redeemed_at_the_other(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card()
    anna, luc = await at_work(shop, "anna"), await at_work(shop, "luc")
    await anna.open(card)
    await anna.type("130")
    await anna.press("Enter")
    await expect(anna.balance).to_have_text("130")
    await luc.open(card)
    await expect(luc.balance).to_have_text("130")
    await luc.press("*")
    await expect(luc.handover).to_have_text("Voucher")
    await expect(luc.balance).to_have_text("30")
    stores = [booking["store"] for booking in (await shop.anna.history(card))["data"]]
    assert stores[:2] == [shop.outlet, shop.hub]


async def test_the_category_sold_last_is_remembered_so_that_the_next_sale_is_seven_interactions(
    opened: OpenShop, at_work: WorkAt
) -> None:
    shop = await opened(categories=4)
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card())
    await till.type("25,50")
    await till.press("Enter")
    await expect(till.page.locator("[name=category_ids]").first).to_be_focused()
    await till.press("3", "Enter")
    await expect(till.balance).to_have_text("25")
    await till.open(await shop.a_card())
    await till.type("41,50")
    await till.press("Enter")
    await expect(till.balance).to_have_text("41")
    assert till.interactions == 7
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        chosen = (await session.scalars(select(TransactionCategory.category_id))).all()
    assert [str(category) for category in chosen] == [shop.categories[2]] * 2


async def test_a_doubtful_amount_is_booked_by_the_key_beside_its_sum_and_not_by_enter(
    shop: Shop, at_work: WorkAt
) -> None:
    card = await shop.a_card()
    till = await at_work(shop, "anna")
    await till.open(card)
    await till.type("4150")
    for _ in range(2):
        await till.press("Enter")
        await expect(till.page.locator("#amount-says")).to_have_text("Is €4,150.00 right?")
        await expect(till.amount).to_be_focused()
    assert (await shop.anna.show(card))["points_balance"] == 0
    await expect(till.button("Record €4,150.00")).to_be_visible()
    await till.press("F3")
    await expect(till.balance).to_have_text("4,150")


async def test_a_name_written_from_the_right_leaves_the_numbers_where_they_are(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(first_name="שרה", last_name="כהן"))
    await till.type("41")
    await till.press("Enter")
    toast = till.toasts.locator("p")
    await expect(toast).to_contain_text("+41 points, now 41.")
    assert await toast.evaluate(WHERE_IS, "+41") > await toast.evaluate(WHERE_IS, "כהן")
