"""Joining from a poster: no app, no scripts, one email address."""

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from frontend.kit.qr import qr
from i18n.translator import PN_, get_translator
from tests.conftest import OpenShop
from tests.journeys.conftest import OpenWindow
from tests.journeys.mails import link_in
from tests.journeys.stack import Stack
from tests.journeys.till import in_groups
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def an_address() -> str:
    return f"lea.{uuid4().hex[:8]}@example.com"


async def join(page: Page, store_code: str, email: str) -> None:
    await page.goto(f"/j/{store_code}")
    await page.locator("[name=email]").fill(email)
    await page.locator("[name=accept_terms]").check()
    await page.locator("form button.big").click()


async def shown_code(page: Page) -> str:
    return (await page.locator(".code").inner_text()).replace(" ", "")


async def test_from_the_poster_to_a_card_in_luxembourgish_without_javascript(
    open_window: OpenWindow, orion: Stack, anonymous: AnonymousCaller
) -> None:
    window = await open_window(locale="lb-LU", java_script_enabled=False, viewport={"width": 360, "height": 740})
    page, email, _ = await window.new_page(), an_address(), get_translator("lb").gettext

    await page.goto("/J/FashionHub")
    await expect(page.locator("html")).to_have_attribute("lang", "lb")
    await expect(page.locator("h1")).to_have_text(_("Join the %(store)s program", store="Fashion Hub Gare"))
    await page.get_by_text(_("Read the terms")).click()
    await expect(page.get_by_text("E Punkt fir all Euro an e Stempel fir all Besuch.")).to_be_visible()
    await page.get_by_label(_(PN_("label", "Email"))).fill(email)
    await page.get_by_label(_("First name (optional)")).fill("Léa")
    await page.get_by_label(_("I accept the terms.")).check()
    await page.get_by_role("button", name=_("Get my card")).click()

    await expect(page.locator(".note.ok")).to_contain_text(_("Welcome, your card is ready."))
    await expect(page.locator(".face-points")).to_have_text("50")
    code = await shown_code(page)
    await expect(page.locator(".code")).to_have_text(in_groups(code))
    drawn = await page.locator(".face-code svg path").last.get_attribute("d")
    assert drawn
    assert drawn in qr(code, error="q")

    await page.goto(page.url.partition("?")[0])
    await expect(page.locator(".note.ok")).to_have_count(0)
    assert await shown_code(page) == code

    subject = _("Your %(merchant)s card", merchant="Fashion Group")
    assert subject != "Your Fashion Group card"
    await page.goto(link_in("c", await orion.mail_to(email, subject)))
    assert await shown_code(page) == code


async def test_the_same_address_at_the_sister_store_gets_the_one_card_by_mail_and_nobody_else_sees_it(
    shop: Shop, open_window: OpenWindow, orion: Stack
) -> None:
    page, email = await (await open_window()).new_page(), an_address()
    await join(page, shop.hub, email)
    code = await shown_code(page)
    await join(page, shop.outlet, email)
    await expect(page.locator("h1")).to_have_text("We have sent the card to your email address")
    await expect(page.locator(".offer")).to_have_text(["HUB", "OUT"])
    assert in_groups(code) not in await page.content()
    assert "/c/" not in await page.content()

    await page.goto(link_in("c", await orion.mail_to(email, "card: new link")))
    assert await shown_code(page) == code
    assert [card["code"] for card in await shop.anna.find(email)] == [code]


async def test_with_cross_location_off_the_sister_store_gives_a_card_of_its_own(
    opened: OpenShop, open_window: OpenWindow
) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    page, email = await (await open_window()).new_page(), an_address()
    codes = []
    for store in (shop.hub, shop.outlet):
        await join(page, store, email)
        await expect(page.locator(".note.ok")).to_contain_text("Welcome, your card is ready.")
        codes.append(await shown_code(page))
    assert codes[0] != codes[1]
    for colleague, code in zip((shop.anna, shop.luc), codes, strict=True):
        assert [card["code"] for card in await colleague.find(email)] == [code]


async def test_what_is_wrong_with_the_form_is_said_and_what_is_right_is_kept(
    shop: Shop, open_window: OpenWindow
) -> None:
    page = await (await open_window(java_script_enabled=False)).new_page()
    await page.goto(f"/j/{shop.hub}")
    await page.locator("[name=first_name]").fill("Léa")
    await page.locator("[name=email]").fill("lea@nowhere")
    await page.locator("form button.big").click()
    await expect(page.locator("#email-says")).to_have_text("Enter your email address, like marie@example.com.")
    await expect(page.locator("[name=email]")).to_be_focused()
    await expect(page.locator("#terms-says")).to_have_text("Please accept the terms to get a card.")
    await expect(page.locator("[name=first_name]")).to_have_value("Léa")
