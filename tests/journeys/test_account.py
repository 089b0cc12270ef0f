"""A person looks after their own account, in a real Chromium with a real authenticator of its own."""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from backend.core.clock import clock
from backend.identity.sessions.actions import end_sessions
from backend.services import Services
from tests.journeys.stack import Stack
from tests.journeys.watch import Watch
from tests.world import PASSWORD
from tests.world.account import six_digits
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEW = "kettle orbit walnut fjord"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
async def page(chromium: Browser, orion: Stack) -> AsyncIterator[Page]:
    """Passkeys belong to names, so the pages are opened as `localhost`. The computer has a fingerprint reader."""
    url = f"http://localhost:{urlsplit(orion.url).port}"
    watch = Watch(url)
    context = await chromium.new_context(base_url=url, locale="en-GB", viewport={"width": 390, "height": 800})
    await watch.follow(context)
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    await context.close()
    assert watch.complaints == []


async def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    await page.goto("/sign-in")
    await page.locator("[name=email]").fill(email)
    await page.locator("[name=password]").fill(password)
    await page.keyboard.press("Enter")


async def confirm(page: Page, password: str = PASSWORD) -> None:
    await expect(page).to_have_url(re.compile("/profile/confirm"))
    await page.locator("[name=password]").fill(password)
    await page.keyboard.press("Enter")


async def sign_out(page: Page) -> None:
    await page.goto("/profile")
    await page.get_by_role("button", name="Sign out").last.click()
    await expect(page.locator("[name=email]")).to_be_visible()


async def test_claire_sets_up_a_passkey_and_signs_in_with_it_in_two_ways(shop: Shop, page: Page) -> None:
    email = shop.emails["claire"]
    await sign_in(page, email)
    await expect(page.locator("main#page")).to_be_visible()
    await page.goto("/profile/passkeys")
    await confirm(page)
    await page.locator("[name=name]").fill("Office laptop")
    await page.get_by_role("button", name="Set up the passkey").click()
    await expect(page.locator("ol code")).to_have_count(10)
    await page.get_by_role("link", name="I have kept them").click()
    await expect(page.get_by_text("Office laptop", exact=True)).to_be_visible()
    await expect(page.get_by_text("10 codes are left.")).to_be_visible()

    await sign_out(page)
    await sign_in(page, email)
    await page.get_by_role("button", name="Use my passkey").click()
    await expect(page.locator("main#page")).to_be_visible()

    await sign_out(page)
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.locator("main#page")).to_be_visible()
    await page.goto("/profile/confirm?next=/profile/password")
    await page.locator("[name=password]").fill(PASSWORD)
    await page.get_by_role("button", name="Continue with my passkey").click()
    await expect(page.locator("[autocomplete=new-password]")).to_be_visible()


async def test_claire_sets_up_an_authenticator_app_and_removes_it(shop: Shop, page: Page) -> None:
    email = shop.emails["claire"]
    await sign_in(page, email)
    await expect(page.locator("main#page")).to_be_visible()
    await page.goto("/profile/authenticator")
    await confirm(page)
    secret = await page.locator("[name=secret]").get_attribute("value")
    assert secret
    await page.locator("[name=code]").fill(six_digits(secret))
    await page.keyboard.press("Enter")
    recovery_code = await page.locator("ol code").first.inner_text()
    await sign_out(page)

    await sign_in(page, email)
    await page.locator("[name=code]").fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.locator("#code-says")).to_contain_text("This code is not valid")
    await page.locator("[name=code]").fill(recovery_code)
    await page.keyboard.press("Enter")
    await expect(page.locator("main#page")).to_be_visible()
    await page.goto("/profile")
    await expect(page.get_by_text("9 codes are left.")).to_be_visible()


async def test_at_the_till_a_session_that_ended_goes_on_after_a_passkey(
    shop: Shop, services: Services, page: Page
) -> None:
    email = shop.emails["anna"]
    await sign_in(page, email)
    await expect(page.locator("main#till")).to_be_visible()
    await page.goto("/profile/confirm?next=/profile/passkeys")
    await confirm(page)
    await page.locator("[name=name]").fill("Till")
    await page.get_by_role("button", name="Set up the passkey").click()
    await expect(page.locator("ol code")).to_have_count(10)
    await page.goto("/till")
    async with services.sessions.committing() as session:
        await end_sessions(session, shop.user_ids["anna"], clock.now())
    await page.locator("[name=query]").fill("weber")
    await page.keyboard.press("Enter")
    await page.locator("#over-password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Use my passkey").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("[name=query]")).to_have_value("weber")


async def test_claire_forgets_her_password_and_ends_a_session_she_does_not_know(
    shop: Shop, orion: Stack, page: Page
) -> None:
    email = shop.emails["claire"]
    await page.goto("/sign-in")
    await page.get_by_role("link", name="Forgotten your password?").click()
    await page.locator("[name=email]").fill(email)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").first).to_contain_text("If this address belongs to an account")
    mail = await orion.mail_to(email)
    body = mail.get_body(("plain",))
    assert body is not None
    link = re.search(r"/reset/[\w-]+", body.get_content())
    assert link
    await page.goto(link[0])
    await page.locator("[name=password]").fill("passwordpassword")
    await page.keyboard.press("Enter")
    await expect(page.locator("#password-says")).to_contain_text("easy to guess")
    await page.locator("[name=password]").fill(NEW)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").first).to_contain_text("It is set")

    await sign_in(page, email, NEW)
    await expect(page.locator("main#page")).to_be_visible()
    await page.goto("/profile")
    await expect(page.get_by_text("This browser")).to_be_visible()
    await expect(page.get_by_text("Chrome · Linux")).to_be_visible()


async def test_without_scripts_the_second_factor_is_a_form_like_others(
    shop: Shop, orion: Stack, chromium: Browser
) -> None:
    context = await chromium.new_context(base_url=orion.url, locale="en-GB", java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, shop.emails["claire"])
    await expect(page.locator("main#page")).to_be_visible()
    await page.goto("/profile/authenticator")
    await confirm(page)
    secret = await page.locator("[name=secret]").get_attribute("value")
    assert secret
    await page.locator("[name=code]").fill(six_digits(secret))
    await page.keyboard.press("Enter")
    await expect(page.locator("ol code")).to_have_count(10)
    await sign_out(page)
    await sign_in(page, shop.emails["claire"])
    await expect(page.get_by_role("button", name="passkey")).to_have_count(0)
    await page.locator("[name=code]").fill(six_digits(secret, seconds=30))
    await page.keyboard.press("Enter")
    await expect(page.locator("main#page")).to_be_visible()
    await context.close()
