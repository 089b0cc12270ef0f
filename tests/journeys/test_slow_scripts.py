"""The page is there before its scripts: what is typed already is not lost."""

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.journeys.conftest import OpenWindow, WorkAt
from tests.journeys.office import sign_in
from tests.world import PASSWORD
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

UNCACHED = {"service_workers": "block"}
"""One that has the scripts already gives them at once."""


async def without_scripts_until(event: asyncio.Event, page: Page, names: str = "*.js") -> None:
    async def deliver(route: Route) -> None:
        await event.wait()
        await route.continue_()

    await page.route(f"**/{names}", deliver)


async def scripts_have_run(page: Page) -> None:
    await expect(page.locator("html")).to_have_attribute("data-js", "")


async def test_somebody_who_signs_in_before_the_scripts_have_come_is_signed_in(
    shop: Shop, open_window: OpenWindow
) -> None:
    page, have_come = await (await open_window(**UNCACHED)).new_page(), asyncio.Event()
    await without_scripts_until(have_come, page)
    await page.goto("/till", wait_until="commit")
    await expect(page.locator("[name=email]")).to_be_focused()
    await page.keyboard.type(shop.emails["anna"])
    have_come.set()
    await scripts_have_run(page)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#query")).to_be_focused()


@pytest.mark.parametrize("is_late", [True, False], ids=["the scripts come late", "the scripts come meanwhile"])
async def test_a_code_and_an_amount_pressed_before_the_scripts_have_come_count(
    is_late: bool, shop: Shop, at_work: WorkAt
) -> None:
    card = await shop.a_card()
    till, have_come = await at_work(shop, "anna", **UNCACHED), asyncio.Event()
    await without_scripts_until(have_come, till.page)
    await till.page.goto("/till", wait_until="commit")
    await expect(till.page.locator("#query")).to_be_focused()
    await till.type(str(card["code"])[:8])
    if not is_late:
        have_come.set()
        await scripts_have_run(till.page)
    await till.type(str(card["code"])[8:])
    await till.press("Enter")
    await expect(till.amount).to_be_focused()
    await till.type("12,50")
    have_come.set()
    await scripts_have_run(till.page)
    await till.press("Enter")
    await expect(till.balance).to_have_text("12")


async def test_an_amount_sent_before_htmx_has_come_is_recorded(shop: Shop, at_work: WorkAt) -> None:
    card = await shop.a_card()
    till, have_come = await at_work(shop, "anna", **UNCACHED), asyncio.Event()
    await without_scripts_until(have_come, till.page, "htmx*.js")
    await till.page.goto(f"/till/cards/{card['id']}", wait_until="commit")
    await expect(till.amount).to_be_focused()
    await scripts_have_run(till.page)
    await till.type("12,50")
    await till.press("Enter")
    have_come.set()
    await expect(till.balance).to_have_text("12")


async def test_an_email_text_written_before_the_scripts_have_come_is_checked(
    shop: Shop, open_window: OpenWindow
) -> None:
    page, have_come = await (await open_window(**UNCACHED)).new_page(), asyncio.Event()
    await sign_in(page, shop.emails["claire"])
    await without_scripts_until(have_come, page)
    await page.goto("/office/email-templates/loyalty_enrollment/en", wait_until="commit")
    await page.get_by_label("Body").fill("<p>{{ customer.nme }}</p>")
    have_come.set()
    await expect(page.locator("#checked")).to_contain_text("There is no variable “customer.nme”.")
