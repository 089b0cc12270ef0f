"""The operator's evening: a blocked port costs three minutes, because the product says what is wrong."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.doubles.mail_server import shown_text
from tests.journeys.conftest import OpenWindow
from tests.journeys.office import sign_in
from tests.journeys.stack import Stack
from tests.settings.administrator import Administrator
from tests.world import ADA, PASSWORD
from tests.world.caller import Promises
from tests.world.till import AnonymousCaller

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SECRET = "Tr0ub4dor-of-the-evening"
TEST = "test email"
"""Part of its subject."""


@pytest.fixture
async def ada(anonymous: AnonymousCaller, promises: Promises) -> AsyncIterator[Administrator]:
    signed_in = await anonymous.sign_in(ADA.email, PASSWORD)
    administrator = Administrator(anonymous.http, promises, signed_in["token"])
    yield administrator
    for category in ("email", "branding"):
        await administrator.reset(category)


async def test_465_is_blocked_and_the_page_says_use_587(
    orion: Stack, ada: Administrator, open_window: OpenWindow
) -> None:
    port, earlier = orion.mail_port, len(orion.mails_to(ADA.email, TEST))
    await ada.save("email", smtp_port=port - 122, smtp_use_ssl=True, email_from_address="support@wizard.example")
    page = await (await open_window()).new_page()
    await sign_in(page, ADA.email)
    await page.goto("/admin/settings/email")
    await page.get_by_label("User").fill("support@wizard.example")
    await page.get_by_label("Password").fill(SECRET)
    await page.get_by_role("button", name="Test connection").click()

    test = page.locator("#test")
    await expect(test.locator(".step.ok")).to_contain_text("127.0.0.1 → 127.0.0.1")
    await expect(test.get_by_text("waiting").first).to_be_visible()
    await expect(test.get_by_text("Stopped at TCP")).to_be_visible()
    await expect(test).to_contain_text(
        f"Port {port - 122} did not answer within 10 s. Port {port} on the same host answered in"
    )
    await expect(test).to_contain_text(f"use STARTTLS on port {port}.")

    await page.get_by_role("button", name="Use these values").click()
    await expect(page.get_by_text("The proposed values are in the form.")).to_be_visible()
    await expect(page.get_by_label("Port")).to_have_value(str(port))
    await expect(page.locator("#smtp_use_tls")).to_be_checked()
    await expect(page.locator("#smtp_use_ssl")).not_to_be_checked()
    await page.get_by_role("button", name="Test connection").click()
    await expect(test.get_by_text("Works", exact=True)).to_be_visible()
    await expect(test.locator(".step.ok")).to_have_count(5)

    await page.get_by_role("button", name="Review and save").click()
    await expect(page.get_by_role("heading", name="Save these changes?")).to_be_focused()
    await expect(page.locator(".differences")).to_contain_text(f"{port - 122} → {port}")
    await expect(page.locator(".differences")).to_contain_text("A new value, which is not shown")
    assert SECRET not in await page.content()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved. The new values are in force within two seconds.")).to_be_visible()
    row = page.locator("#setting-smtp_password")
    await expect(row).to_contain_text(f"by {ADA.name}")
    await expect(row).to_contain_text("encrypted")
    assert SECRET not in await page.content()

    await page.get_by_role("button", name="Test connection").click()
    await expect(test.get_by_text("Works", exact=True)).to_be_visible()
    mail = await orion.mail_to(ADA.email, TEST, number=earlier + 2)
    text = shown_text(mail)
    assert "support@wizard.example" in mail["From"]
    for line in (
        f"Port: {port} (database)",
        "Encryption: STARTTLS (database)",
        "User: support@wizard.example (database)",
    ):
        assert line in text
    assert "Sender’s address: support@wizard.example (database)" in text
    assert SECRET not in text


async def test_without_scripts_the_same_test_answers_when_it_is_done(
    orion: Stack, ada: Administrator, open_window: OpenWindow
) -> None:
    page = await (await open_window(java_script_enabled=False)).new_page()
    await sign_in(page, ADA.email)
    await page.goto("/admin/settings/email")
    await page.get_by_label("Port").fill(str(orion.mail_port - 1))
    await page.get_by_label("Password").fill(SECRET)
    await page.get_by_label("User").fill("somebody")
    await page.get_by_role("button", name="Test connection").click()
    await expect(page.get_by_text("Stopped at TCP")).to_be_visible()
    await page.get_by_role("button", name="Use these values").click()
    await expect(page.get_by_label("Port")).to_have_value(str(orion.mail_port))
    await expect(page.get_by_label("User")).to_have_value("somebody")
    assert SECRET not in await page.content()
    await page.get_by_label("Password").fill(SECRET)
    await page.get_by_role("button", name="Review and save").click()
    await expect(page.get_by_role("heading", name="Save these changes?")).to_be_visible()
    await expect(page.get_by_text("Enter the password or key below once more")).to_be_visible()
    assert SECRET not in await page.content()
    await page.get_by_label("Password").fill(SECRET)
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved. The new values are in force")).to_be_visible()


async def test_enter_in_a_field_asks_what_to_save_and_resets_nothing(
    ada: Administrator, open_window: OpenWindow
) -> None:
    await ada.save("branding", platform_name="Wizard")
    page = await (await open_window()).new_page()
    await sign_in(page, ADA.email)
    for category, field in (("branding", "Support’s email address"), ("email", "Sender’s address")):
        await page.goto(f"/admin/settings/{category}")
        await page.get_by_label(field).fill("help@wizard.example")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Save these changes?")).to_be_focused()
        await expect(page.locator(".differences")).to_contain_text("help@wizard.example")
    await page.goto("/admin/settings/branding")
    await expect(page.get_by_label("Name of the platform")).to_have_value("Wizard")


async def test_what_somebody_else_has_saved_meanwhile_is_shown_and_kept(
    ada: Administrator, open_window: OpenWindow
) -> None:
    page = await (await open_window()).new_page()
    await sign_in(page, ADA.email)
    await page.goto("/admin/settings/branding")
    await page.get_by_label("Support’s email address").fill("help@wizard.example")
    await ada.save("branding", platform_name="Wizard")
    await page.get_by_role("button", name="Review and save").click()
    await expect(page.get_by_role("alert")).to_contain_text(f"{ADA.name} has saved these settings meanwhile")
    await expect(page.get_by_role("alert")).to_contain_text("Orion → Wizard")
    await expect(page.get_by_label("Name of the platform")).to_have_value("Wizard")
    await expect(page.get_by_label("Support’s email address")).to_have_value("help@wizard.example")
    await page.get_by_role("button", name="Review and save").click()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved. The new values are in force")).to_be_visible()
    await expect(page.get_by_label("Name of the platform")).to_have_value("Wizard")
    await page.get_by_role("button", name=re.compile("Use default value ?: Name of the platform")).click()
    await expect(page.get_by_label("Name of the platform")).to_have_value("Orion")
    await page.get_by_role("button", name="Reset all of this page").click()
    await expect(page.get_by_label("Support’s email address")).to_have_value("")
