"""The backend stops answering during a booking. Nothing is lost and nothing is booked twice."""

import pytest
from playwright.async_api import Route, expect

from tests.journeys.conftest import OpenWindow, WorkAt
from tests.journeys.stack import Stack
from tests.world import PASSWORD
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_purchase_that_got_no_answer_is_booked_once(shop: Shop, at_work: WorkAt, orion: Stack) -> None:
    card = await shop.a_card(points=10)
    till = await at_work(shop, "anna")
    await till.open(card)
    key = await till.page.locator("#book [name=idem]").input_value()
    with orion.silent_backend():
        await till.type("25,50")
        await till.press("Enter")
        await expect(till.says).to_contain_text("No answer. Press again. It will only be recorded once.")
        await expect(till.amount).to_have_value("25,50")
        assert await till.page.locator("#book [name=idem]").input_value() == key
        assert await till.has_focus()
    await till.page.locator("#book [data-books]").first.click()
    await expect(till.balance).to_have_text("35")
    bookings = (await shop.anna.history(card))["data"]
    assert [booking["amount"] for booking in bookings if booking["purchase_amount_cents"] == 2550] == [25]


async def test_a_confirmed_purchase_that_got_no_answer_is_booked_once_with_every_key_pressed_next(
    shop: Shop, at_work: WorkAt
) -> None:
    """Enter is the natural key to press again; it leads to the confirmation question again."""
    card = await shop.a_card()
    till = await at_work(shop, "anna")
    await till.page.route("**/till/bookings/*", hear_nothing)
    await till.page.route("**/till/cards/*/points", hang_up_on_the_confirmed_one)
    await till.open(card)
    await till.type("4150")
    await till.press("Enter")
    await expect(till.button("Record €4,150.00")).to_be_visible()
    await till.press("F3")
    await expect(till.says).to_contain_text("No answer. Press again. It will only be recorded once.")
    await till.page.unroute("**/till/cards/*/points")
    await till.page.locator("#book [data-books]").first.click()
    await expect(till.says).to_be_empty()
    await till.button("Record €4,150.00").click()
    await expect(till.toasts).to_contain_text("+4,150 points")
    bookings = (await shop.anna.history(card))["data"]
    assert [booking["amount"] for booking in bookings if booking["purchase_amount_cents"]] == [4150]


async def test_after_a_cut_connection_the_till_finds_out_by_itself_that_it_was_booked(
    shop: Shop, at_work: WorkAt
) -> None:
    till = await at_work(shop, "anna")
    # Routed before the card is opened: the browser must know the route when the booking begins, or the connection is
    # not cut.
    await till.page.route("**/till/cards/*/stamps", book_and_hang_up)
    await till.open(await shop.a_card(stamps=2))
    await till.press("+")
    await expect(till.toasts).to_contain_text("Recorded. It counted only once.")
    await expect(till.stamps).to_have_text("Stamps 3 of 10")


async def test_a_person_who_went_on_without_an_answer_hears_later_that_it_was_recorded(
    shop: Shop, at_work: WorkAt
) -> None:
    marie, jean = await shop.a_card(first_name="Marie"), await shop.a_card(first_name="Jean")
    till = await at_work(shop, "anna")
    await till.page.route("**/till/cards/*/points", book_and_hang_up)
    await till.page.route("**/till/bookings/**", lambda route: route.abort())
    await till.open(marie)
    await till.type("12,50")
    await till.press("Enter")
    await expect(till.says).to_contain_text("No answer.")
    await till.open(jean)
    await expect(till.toasts).to_contain_text("Not known yet whether the last transaction was recorded.")
    await expect(till.toasts).not_to_contain_text("12,50")
    await till.page.unroute("**/till/bookings/**")
    await expect(till.toasts).to_contain_text("Marie: the transaction was recorded after all.")
    await expect(till.title).to_have_text("Jean")
    assert (await shop.anna.show(marie))["points_balance"] == 12


@pytest.mark.parametrize("gateway", [True, False], ids=["a gateway's page", "no connection"])
async def test_a_sign_in_without_an_answer_keeps_its_form_and_says_so(
    shop: Shop, open_window: OpenWindow, gateway: bool
) -> None:
    page = await (await open_window()).new_page()
    await page.goto("/sign-in")
    await page.route("**/sign-in", in_between if gateway else lambda route: route.abort())
    await page.get_by_label("Email").fill(shop.emails["anna"])
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="The server does not answer.")).to_be_visible()
    await page.unroute("**/sign-in")
    await page.keyboard.press("Enter")
    await expect(page.locator("#till")).to_be_visible()


async def in_between(route: Route) -> None:
    await route.fulfill(body="<h1>Welcome to the network of the mall</h1>", content_type="text/html")


async def book_and_hang_up(route: Route) -> None:
    await route.fetch()
    await route.abort()


async def hear_nothing(route: Route) -> None:
    """The user presses again before the till notices the missing answer."""
    await route.fulfill(status=204, headers={"Orion": "frontend"})


async def hang_up_on_the_confirmed_one(route: Route) -> None:
    if "confirmed=415000" in (route.request.post_data or ""):
        await book_and_hang_up(route)
    else:
        await route.continue_()
