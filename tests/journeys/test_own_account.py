"""A customer signs in with the code from the mailbox, in a browser."""

import re
from email.message import EmailMessage
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from i18n.translator import get_translator
from tests.journeys.conftest import OpenWindow
from tests.journeys.stack import Stack
from tests.world.customer import CODE, NOT_ME, found
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"width": 390, "height": 844}
BUTTON = "main form button.big"


async def ask_for_code(page: Page, orion: Stack, shop: Shop, email: str) -> EmailMessage:
    """From the poster's page."""
    await page.goto(f"/j/{shop.hub}")
    await page.locator("a[href^='/account']").click()
    await page.locator("[name=email]").fill(email)
    await page.locator(BUTTON).click()
    await expect(page.locator("[name=code]")).to_be_focused()
    return await orion.mail_with_code(email)


async def enter(page: Page, code: str) -> None:
    await page.locator("[name=code]").fill(code)
    await page.locator(BUTTON).click()


@pytest.mark.parametrize("has_scripts", [True, False])
async def test_otto_signs_in_sees_his_card_and_signs_out(
    shop: Shop, orion: Stack, open_window: OpenWindow, has_scripts: bool
) -> None:
    email = f"otto.{uuid4().hex[:8]}@example.com"
    await shop.a_card(email=email, points=41, language="en", first_name="Otto")
    window = await open_window(java_script_enabled=has_scripts, viewport=PHONE)
    page = await window.new_page()
    code = found(CODE, await ask_for_code(page, orion, shop, email))
    await enter(page, "12")
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    await enter(page, f"{code[:3]} {code[3:]}")
    await expect(page.get_by_text(f"Signed in as {email}.")).to_be_visible()
    await expect(page.locator(".face-points")).to_have_text("41")
    await expect(page.locator(".booking")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Deutsch").click()
    _ = get_translator("de").gettext
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await page.get_by_role("button", name=_("Sign out"), exact=True).click()
    await expect(page.locator("[name=email]")).to_be_visible()
    await page.goto("/account")
    await expect(page.locator("[name=email]")).to_be_visible()


async def test_staff_and_customer_are_signed_in_side_by_side(shop: Shop, orion: Stack, open_window: OpenWindow) -> None:
    """In one browser, as in the office of a small store."""
    email = f"otto.{uuid4().hex[:8]}@example.com"
    await shop.a_card(email=email, language="en")
    page = await (await open_window()).new_page()
    await enter(page, found(CODE, await ask_for_code(page, orion, shop, email)))
    await expect(page.locator("#signed-in")).to_be_visible()
    await page.goto("/till")
    await expect(page).to_have_url(re.compile("/sign-in"))


async def test_this_was_not_me_signs_the_stranger_out(shop: Shop, orion: Stack, open_window: OpenWindow) -> None:
    email = f"otto.{uuid4().hex[:8]}@example.com"
    await shop.a_card(email=email, language="en")
    stranger, otto = await (await open_window()).new_page(), await (await open_window(viewport=PHONE)).new_page()
    mail = await ask_for_code(stranger, orion, shop, email)
    await enter(stranger, found(CODE, mail))
    await expect(stranger.locator("#signed-in")).to_be_visible()
    await otto.goto(f"/account/not-me/{found(NOT_ME, mail)}")
    await stranger.reload()
    await expect(stranger.locator("#signed-in")).to_be_visible()
    await otto.get_by_role("button", name="This was not me").click()
    await expect(otto.get_by_text("1 device was signed out.")).to_be_visible()
    await stranger.reload()
    await expect(stranger.get_by_text("You are signed out.")).to_be_visible()


async def test_an_address_without_a_card_sees_the_same_pages_and_gets_no_email(
    shop: Shop, orion: Stack, open_window: OpenWindow
) -> None:
    known, unknown = (f"{name}.{uuid4().hex[:8]}@example.com" for name in ("otto", "nobody"))
    await shop.a_card(email=known, language="en")
    seen = []
    for email in (unknown, known):
        page = await (await open_window()).new_page()
        await page.goto(f"/account?store={shop.hub}")
        await page.locator("[name=email]").fill(email)
        await page.locator(BUTTON).click()
        await expect(page.locator("[name=code]")).to_be_focused()
        seen.append((await page.locator("main").inner_text()).replace(email, "…"))
        await page.context.close()
    await orion.mail_with_code(known)
    assert seen[0] == seen[1]
    assert orion.mails_to(unknown) == []
