"""Journey 21: an administrator edits an email, an owner says it in other words, both go back."""

import re
from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import FrameLocator, Locator, Page, expect

from tests.journeys.conftest import OpenWindow
from tests.journeys.office import sign_in
from tests.journeys.stack import Stack
from tests.messaging.template_editing.editor import Editor
from tests.world import ADA, PASSWORD
from tests.world.caller import Promises
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINK = "loyalty_card_link"
BODY = """<h1>Your card</h1>
<p>{% if customer.first_name %}Dear {{ customer.first_name }}{% else %}Dear you{% endif %}</p>
"""
GREETINGS = {"No first name": "Dear you", "Long names": "Dear Maximiliane", "Nearly a reward": "Dear Luc"}
BUTTON = '<p><a class="button" href="{{ card.url }}">Open it</a></p>'


def frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe:not([hidden])")


def checked(page: Page) -> Locator:
    return page.locator("#checked")


async def open_text(page: Page, area: Literal["admin", "office"], language: str = "English") -> None:
    await page.goto(f"/{area}/email-templates")
    await page.get_by_role("link", name=f"New link to the card, {language}").click()
    await expect(page.get_by_role("heading", name="New link to the card", level=1)).to_be_visible()
    await page.wait_for_load_state()


@pytest.fixture
async def ada(anonymous: AnonymousCaller, promises: Promises) -> AsyncIterator[Editor]:
    """Whatever happens, others find the platform's text as it was."""
    signed_in = await anonymous.sign_in(ADA.email, PASSWORD)
    editor = Editor(anonymous.http, promises, signed_in["token"])
    yield editor
    if (await editor.coverage(LINK))["en"]["is_edited"]:
        await editor.reset(LINK)


async def reset(page: Page) -> None:
    await page.get_by_role("button", name="Back to").click()
    await expect(page.get_by_text("The text is saved.")).to_be_visible()


@pytest.mark.usefixtures("ada")
async def test_an_email_is_edited_previewed_and_overridden(shop: Shop, open_window: OpenWindow, orion: Stack) -> None:
    page = await (await open_window()).new_page()
    await sign_in(page, ADA.email)
    await open_text(page, "admin")
    body = page.get_by_label("Body")
    await body.fill("<h1>Hi</h1>\n<p>{{ customer.nme }}</p>")
    await expect(checked(page)).to_contain_text("line 2, character 4: There is no variable “customer.nme”.")
    await expect(checked(page)).to_contain_text("“card.url” must appear in the text.")
    await body.fill("<h1>Hi</h1>\n\n{% for x in y %}{% endfor %}")
    await expect(checked(page)).to_contain_text("line 3, character 1: “for” is not possible")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("This text cannot be sent as it is")
    await page.wait_for_load_state()
    assert "{% for x in y %}" in await body.input_value()

    await body.fill(BODY)
    await page.get_by_role("button", name="customer.first_name").click()
    assert (await body.input_value()).endswith("{{ customer.first_name }}")
    await body.fill(BODY + BUTTON)
    await page.get_by_label("Subject").fill("A link for {{ merchant.name }}")
    await expect(checked(page)).to_contain_text("A link for Café Aurora")
    await expect(frame(page).get_by_role("link", name="Open it")).to_be_visible()
    for sample, greeting in GREETINGS.items():
        await page.get_by_label("For", exact=True).select_option(sample)
        await expect(frame(page).locator("body")).to_contain_text(greeting)
    await page.get_by_role("radio", name="Phone").check()
    await page.get_by_role("radio", name="Dark").check()
    await expect(frame(page).locator("body")).to_have_css("background-color", "rgb(8, 14, 25)")
    await page.get_by_role("radio", name="Text").check()
    await expect(frame(page).locator("body")).to_contain_text("Open it https://cards.example/c/sample")

    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("The text is saved. The next email uses it.")).to_be_visible()
    await page.wait_for_load_state()
    tabs = page.get_by_role("navigation", name="Languages")
    for language in ("Français", "Deutsch", "Lëtzebuergesch"):
        await expect(tabs.get_by_role("link", name=language)).to_contain_text("older than English")

    await page.get_by_role("button", name="Send me a test").click()
    await expect(page.get_by_text(f"A test is on its way to {ADA.email}.")).to_be_visible()
    await orion.mail_to(ADA.email, "[Test] A link for Café Aurora")

    await page.get_by_role("link", name="Earlier versions").click()
    await page.get_by_role("link", name="Compare version 1").click()
    await expect(page.locator(".diff .removed").first).to_contain_text("A link for {{ merchant.name }}")
    await page.get_by_role("button", name="Restore this version").click()
    await expect(page.get_by_label("Subject")).to_have_value("Your {{ merchant.name }} card: new link")

    office = await (await open_window()).new_page()
    await sign_in(office, shop.emails["claire"])
    await open_text(office, "office", "Français")
    await office.get_by_label("Subject").fill("Voici votre carte")
    await office.get_by_role("button", name="Save").click()
    await expect(office.get_by_role("link", name="Français your text")).to_be_visible()
    await reset(office)
    await expect(office.get_by_label("Subject")).to_have_value(re.compile("nouveau lien$"))
    await reset(page)


async def test_without_scripts_the_preview_comes_with_the_button(open_window: OpenWindow, shop: Shop) -> None:
    page = await (await open_window(java_script_enabled=False)).new_page()
    await sign_in(page, shop.emails["claire"])
    await open_text(page, "office")
    await expect(frame(page).get_by_role("link", name="Open your card")).to_be_visible()
    await page.get_by_label("Body").fill(BODY + BUTTON)
    await page.get_by_label("For", exact=True).select_option("No first name")
    await page.get_by_role("button", name="Preview").click()
    await expect(frame(page).locator("body")).to_contain_text("Dear you")
    await page.get_by_label("Body").fill("<p>")
    await page.get_by_role("button", name="Preview").click()
    await expect(frame(page).locator("body")).to_contain_text("line 1, character 1: <p> is not closed.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("<p> is not closed.")).to_be_visible()
    assert await page.get_by_label("Body").input_value() == "<p>"


async def test_two_who_edit_at_once_lose_nothing(open_window: OpenWindow, shop: Shop) -> None:
    first, second = [await (await open_window()).new_page() for _ in range(2)]
    for page in (first, second):
        await sign_in(page, shop.emails["claire"])
        await open_text(page, "office")
    await first.get_by_label("Subject").fill("From the first")
    await first.get_by_role("button", name="Save").click()
    await expect(first.get_by_text("The text is saved.")).to_be_visible()
    await second.get_by_label("Subject").fill("From the second")
    await second.get_by_role("button", name="Save").click()
    await expect(second.get_by_role("alert")).to_contain_text("has saved this text while you were editing it")
    await second.get_by_text("What your entries change in their text").click()
    await expect(second.locator(".diff .removed")).to_contain_text("From the first")
    await second.get_by_role("button", name="Save").click()
    await expect(second.get_by_text("The text is saved.")).to_be_visible()
    assert await second.get_by_label("Subject").input_value() == "From the second"
