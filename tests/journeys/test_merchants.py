"""A merchant is opened in a browser, and its owner is at the till in five minutes, without a shell."""

import re
from uuid import uuid4

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.journeys.accessibility import faults_of
from tests.journeys.conftest import OpenWindow
from tests.journeys.invitations import NEW_PASSWORD, accept
from tests.journeys.mails import link_in
from tests.journeys.office import says, sign_in, warns
from tests.journeys.stack import Stack
from tests.world import PASSWORD, PAUL
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def paul_at(page: Page, path: str) -> None:
    """A platform admin signs in and opens the page."""
    await page.goto(f"/sign-in?next={path}")
    await page.get_by_label("Email").fill(PAUL.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".rail")).to_be_visible()


async def test_from_nothing_to_the_first_stamp(orion: Stack, open_window: OpenWindow) -> None:
    tag = uuid4().hex[:6]
    desk = await (await open_window()).new_page()
    await paul_at(desk, "/admin/merchants")
    await desk.get_by_role("link", name="Open a merchant").click()
    await desk.get_by_label("Name", exact=True).fill(f"Bäckerei Thill {tag}")
    await desk.get_by_label("Name of the store").fill(f"Gare {tag}")
    await desk.get_by_label("Email of the owner").fill(f"lea.{tag}@thill.example")
    await desk.locator("#language").select_option("en")
    await desk.get_by_label("Template").select_option("Stamps")
    await desk.get_by_role("button", name="Open the merchant").click()
    await says(desk, "The merchant is open.")
    await expect(desk).to_have_url(re.compile(f"/admin/merchants/backerei-thill-{tag}"))
    await expect(desk.get_by_role("listitem").filter(has_text=f"GARE{tag}".upper())).to_contain_text("Live")

    owner = await (await open_window()).new_page()
    await accept(owner, link_in("invitation", await orion.mail_to(f"lea.{tag}@thill.example")))
    await expect(owner.get_by_role("heading", name="Today")).to_be_visible()
    await owner.get_by_role("link", name="Till").first.click()
    await expect(owner.locator("#query")).to_be_focused()

    await owner.goto("/till/enrollment")
    await owner.get_by_role("textbox", name="Email").fill(f"marie.{tag}@example.com")
    await owner.keyboard.press("Enter")
    await expect(owner.locator("#stamp-count")).to_have_text("Stamps 0 of 10")
    await owner.keyboard.press("+")
    await expect(owner.locator("#stamp-count")).to_have_text("Stamps 1 of 10")

    await desk.reload()
    await expect(desk.get_by_role("listitem").filter(has_text="Léa Thoma")).to_contain_text("Owner")
    assert NEW_PASSWORD not in await desk.content()


async def test_a_store_is_switched_off_and_on_again(shop: Shop, open_window: OpenWindow) -> None:
    desk = await (await open_window()).new_page()
    await paul_at(desk, f"/admin/merchants/{shop.code}")
    hub = desk.get_by_role("listitem").filter(has_text=shop.hub)
    await hub.get_by_role("button", name="Switch loyalty off").click()
    await says(desk, "Loyalty is switched off at the store.")
    await expect(hub).to_contain_text("Not live")
    await expect(hub).to_contain_text(f"Switched by {PAUL.name}")
    till = await (await open_window()).new_page()
    await till.goto("/sign-in")
    await till.get_by_label("Email").fill(shop.emails["anna"])
    await till.get_by_label("Password").fill(PASSWORD)
    await till.keyboard.press("Enter")
    await expect(till.get_by_role("heading", name="This store is not live")).to_be_visible()
    poster = await (await open_window()).new_page()
    await poster.goto(f"/j/{shop.hub}")
    await expect(poster.get_by_label("Email")).to_have_count(0)

    await hub.get_by_role("button", name="go live").click()
    await says(desk, "The store is live.")
    await till.reload()
    await expect(till.get_by_role("heading", name="Ready to scan")).to_be_visible()


async def test_two_administrators_see_each_others_policy(shop: Shop, open_window: OpenWindow) -> None:
    pages = [await (await open_window()).new_page() for _ in range(2)]
    for page in pages:
        await paul_at(page, f"/admin/merchants/{shop.code}")
    await pages[0].get_by_label("PIN at the till").select_option("For each transaction")
    await pages[0].get_by_role("button", name="Save the policy").click()
    await says(pages[0], "Saved.")
    await expect(pages[0].get_by_text(f"Changed by {PAUL.name}")).to_be_visible()
    await pages[1].get_by_label("Tills may void").uncheck()
    await pages[1].get_by_role("button", name="Save the policy").click()
    await warns(pages[1], f"{PAUL.name} has changed this meanwhile.")
    await expect(pages[1].get_by_label("PIN at the till")).to_have_value("required")
    await expect(pages[1].get_by_label("Tills may void")).to_be_checked()


async def test_the_pages_of_merchants_are_whole(shop: Shop, open_window: OpenWindow) -> None:
    page, axe = await (await open_window(reduced_motion="reduce")).new_page(), Axe()
    await paul_at(page, "/admin/merchants")
    for path in ("/admin/merchants", "/admin/merchants/new", f"/admin/merchants/{shop.code}"):
        await page.goto(path)
        assert await faults_of(path, page, axe) == []


async def test_an_administrator_acts_for_a_merchant_and_is_seen(shop: Shop, open_window: OpenWindow) -> None:
    page = await (await open_window()).new_page()
    await paul_at(page, f"/admin/merchants/{shop.code}")
    await page.get_by_label("Reason").fill("no")
    await page.get_by_role("button", name="Begin").click()
    await warns(page, "Please check what you entered")
    await page.get_by_label("Reason").fill("Ticket 4711: prices")
    await page.get_by_role("button", name="Begin").click()
    banner = page.get_by_role("complementary", name="On behalf")
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
    await expect(banner).to_contain_text("You act on behalf of Fashion Group until")
    assert "Till" not in await page.locator(".rail > .nav a").all_inner_texts()
    await page.get_by_role("link", name="Rewards").first.click()
    await expect(banner).to_be_visible()
    await page.goto("/office/staff")
    await expect(banner).to_be_visible()
    await expect(page.get_by_role("heading", name="Staff", exact=True)).to_have_count(0)
    await page.goto("/admin/merchants")
    await expect(page.get_by_role("heading", name="No access")).to_be_visible()

    await banner.get_by_role("button", name="End").click()
    await says(page, "You act for yourself again.")
    await expect(banner).to_have_count(0)
    owner = await (await open_window()).new_page()
    await sign_in(owner, shop.emails["claire"])
    await owner.goto("/office/audit")
    await expect(owner.get_by_role("link", name="Began to act on behalf of the merchant")).to_be_visible()
    await expect(owner.get_by_role("link", name="Ended acting on behalf of the merchant")).to_be_visible()
