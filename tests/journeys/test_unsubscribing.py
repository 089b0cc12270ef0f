"""From the tick on the join page to the click that stops the emails, in a browser and by a mail program."""

from email.message import EmailMessage
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import expect

from i18n.translator import get_translator
from tests.axe import Contrast
from tests.journeys.accessibility import faults_of
from tests.journeys.conftest import OpenWindow
from tests.journeys.mails import link_in
from tests.journeys.stack import Stack
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CONSENTED = "/merchant/loyalty/marketing-plan"


async def consented(shop: Shop) -> int:
    """How many of the merchant's customers have agreed to marketing."""
    return int((await shop.claire.get(CONSENTED))["consented_count"])


async def join_with_consent(orion: Stack, open_window: OpenWindow, shop: Shop) -> EmailMessage:
    """The welcome email."""
    page, email = await (await open_window()).new_page(), f"lea.{uuid4().hex[:8]}@example.com"
    await page.goto(f"/j/{shop.hub}")
    await page.locator("[name=email]").fill(email)
    await page.locator("[name=accept_terms]").check()
    await expect(page.locator("[name=accept_marketing]")).not_to_be_checked()
    await page.locator("[name=accept_marketing]").check()
    await page.locator("form button.big").click()
    await expect(page.locator(".note.ok")).to_be_visible()
    return await orion.mail_to(email)


@pytest.mark.parametrize("has_scripts", [True, False])
async def test_a_customer_unsubscribes_with_one_click_and_changes_their_mind(
    shop: Shop, orion: Stack, open_window: OpenWindow, has_scripts: bool
) -> None:
    mail = await join_with_consent(orion, open_window, shop)
    window = await open_window(java_script_enabled=has_scripts, locale="de-DE", viewport={"width": 360, "height": 740})
    page, _ = await window.new_page(), get_translator("en").gettext
    await page.goto(link_in("u", mail))
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    assert await consented(shop) == 1
    await page.get_by_role("button", name=_("Unsubscribe")).click()
    await expect(page.locator(".note.ok")).to_contain_text(_("Done, you are unsubscribed."))
    assert await consented(shop) == 0
    await page.reload()
    await page.get_by_role("button", name=_("Undo: keep sending them")).click()
    await expect(page.get_by_role("button", name=_("Unsubscribe"))).to_be_visible()
    assert await consented(shop) == 1


async def test_both_sides_of_the_choice_can_be_used_by_everybody(
    shop: Shop, orion: Stack, open_window: OpenWindow, contrast: Contrast
) -> None:
    mail = await join_with_consent(orion, open_window, shop)
    page = await (await open_window(reduced_motion="reduce")).new_page()
    await page.goto(link_in("u", mail))
    assert await faults_of("subscribed", page, contrast) == []
    await page.get_by_role("button", name="Unsubscribe").click()
    await expect(page.locator(".note.ok")).to_be_visible()
    assert await faults_of("unsubscribed", page, contrast) == []


async def test_a_mail_program_unsubscribes_without_a_browser(shop: Shop, orion: Stack, open_window: OpenWindow) -> None:
    """As RFC 8058 says: the address and the form are those of the headers."""
    mail = await join_with_consent(orion, open_window, shop)
    address, form = mail["List-Unsubscribe"].strip("<>"), mail["List-Unsubscribe-Post"]
    async with httpx.AsyncClient(trust_env=False) as agent:
        await agent.get(address)
        assert await consented(shop) == 1
        for _ in range(2):
            answer = await agent.post(
                address, content=form, headers={"Content-Type": "application/x-www-form-urlencoded"}
            )
            assert answer.status_code == 200
            assert await consented(shop) == 0


async def test_on_the_card_page_the_emails_are_stopped_and_not_ordered(shop: Shop, open_window: OpenWindow) -> None:
    """A person who enrolled somebody else sees the card page, too."""
    card = await shop.anna.enroll(accept_marketing=True)
    page = await (await open_window()).new_page()
    await page.goto(card["page_url"])
    await page.get_by_role("link", name="Choose your emails").click()
    await page.get_by_role("button", name="Unsubscribe").click()
    await expect(page.get_by_text("tell the staff at the till")).to_be_visible()
    await expect(page.get_by_role("button")).to_have_count(0)
    assert await consented(shop) == 0
