"""A merchant is opened in a browser, and its owner is at the till in five minutes, without a shell."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import OpenWindow
from tests.journeys.invitations import NEW_PASSWORD, accept
from tests.journeys.mails import link_in
from tests.journeys.office import says, sign_in, warns
from tests.journeys.stack import Stack
from tests.world import PASSWORD, PAUL
from tests.world.caller import refused
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def paul_at(page: Page, path: str) -> None:
    """A platform admin signs in and opens the page."""
    await page.goto(f"/sign-in?next={path}")
    await page.get_by_label("Email").fill(PAUL.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".rail")).to_be_visible()


async def anna_at_the_till(page: Page, shop: Shop) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("Email").fill(shop.emails["anna"])
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")


async def review(page: Page, difference: str) -> None:
    """The changed policy is compared with what is stored, and saved."""
    await page.get_by_role("button", name="Review and save").click()
    await expect(page.locator(".differences")).to_contain_text(difference)
    await page.get_by_role("button", name="Save", exact=True).click()
    await says(page, "Saved. In force with the next request of a till.")


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
    await hub.get_by_role("button", name="Switch off").click()
    await says(desk, "Switched off.")
    await expect(hub).to_contain_text("Off")
    await expect(hub).to_contain_text(f"Switched by {PAUL.name}")
    till = await (await open_window()).new_page()
    await anna_at_the_till(till, shop)
    await expect(till.get_by_role("heading", name="This store is not live")).to_be_visible()
    poster = await (await open_window()).new_page()
    await poster.goto(f"/j/{shop.hub}")
    await expect(poster.get_by_role("heading", name="This store does not take part at the moment")).to_be_visible()
    await expect(poster.get_by_label("Email")).to_have_count(0)
    with refused("feature_disabled", 403):
        await shop.anna.till()

    await hub.get_by_role("button", name="Switch on").click()
    await says(desk, "Switched on.")
    await till.reload()
    await expect(till.get_by_role("heading", name="Ready to scan")).to_be_visible()


async def test_a_whole_merchant_is_switched_off_but_for_a_store_with_a_switch_of_its_own(
    shop: Shop, open_window: OpenWindow
) -> None:
    desk, owner = await (await open_window()).new_page(), await (await open_window()).new_page()
    await paul_at(desk, f"/admin/merchants/{shop.code}")
    await desk.get_by_role("link", name="Features").click()
    outlet, whole = (desk.get_by_role("listitem").filter(has_text=text) for text in (shop.outlet, "Fashion Group"))
    for label in ("Switch off", "Switch on"):
        await outlet.get_by_role("button", name=label).click()
    await says(desk, "Switched on.")
    await whole.get_by_role("button", name="Switch off").click()
    await says(desk, "Switched off.")
    await expect(whole).to_contain_text("For the 1 store without a switch of its own.")
    with refused("feature_disabled", 403):
        await shop.anna.till()
    await shop.luc.till()

    await sign_in(owner, shop.emails["claire"])
    await owner.get_by_role("link", name="Stores").first.click()
    rows = owner.get_by_role("listitem")
    await expect(rows.filter(has_text=shop.hub)).to_contain_text("As the merchant")
    await expect(rows.filter(has_text=shop.outlet)).to_contain_text(f"Switched by {PAUL.name}")
    await expect(rows.filter(has_text="Fashion Group")).to_contain_text(f"Switched by {PAUL.name}")
    await expect(owner.get_by_role("button", name="Switch")).to_have_count(0)

    await whole.get_by_role("button", name="As the platform").click()
    await says(desk, "The switch is removed.")
    await shop.anna.till()


async def test_two_administrators_see_each_others_policy(shop: Shop, open_window: OpenWindow) -> None:
    pages = [await (await open_window()).new_page() for _ in range(2)]
    for page in pages:
        await paul_at(page, f"/admin/merchants/{shop.code}/policy")
    await pages[0].get_by_label("PIN at the till").select_option("For each transaction")
    await review(pages[0], "When one is entered → For each transaction")
    await expect(pages[0].get_by_text(f"Last changed by {PAUL.name}")).to_be_visible()
    await pages[1].get_by_label("Tills may void").uncheck()
    await pages[1].get_by_role("button", name="Review and save").click()
    await warns(pages[1], f"{PAUL.name} has saved these settings meanwhile.")
    await expect(pages[1].get_by_label("PIN at the till")).to_have_value("required")
    await expect(pages[1].get_by_label("Tills may void")).not_to_be_checked()
    await review(pages[1], "yes → no")
    await expect(pages[1].get_by_label("PIN at the till")).to_have_value("required")


async def test_an_owner_decides_after_how_long_their_tills_lock(shop: Shop, open_window: OpenWindow) -> None:
    owner = await (await open_window()).new_page()
    await sign_in(owner, shop.emails["claire"])
    await owner.get_by_role("link", name="Policy").first.click()
    await expect(owner.get_by_role("heading", name="Set by the platform")).to_be_visible()
    await owner.get_by_label("Minutes until an unused till locks").fill("15")
    await review(owner, "2 → 15")
    assert (await shop.anna.till())["program"]["policy"]["lock_after_minutes"] == 15


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
    await expect(page.get_by_role("heading", name="You act on behalf of a merchant")).to_be_visible()

    await banner.get_by_role("button", name="End").click()
    await says(page, "You act for yourself again.")
    await expect(banner).to_have_count(0)
    owner = await (await open_window()).new_page()
    await sign_in(owner, shop.emails["claire"])
    await owner.goto("/office/audit")
    await expect(owner.get_by_role("link", name="Began to act on behalf of the merchant")).to_be_visible()
    await expect(owner.get_by_role("link", name="Ended acting on behalf of the merchant")).to_be_visible()
