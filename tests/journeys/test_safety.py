"""Names that contain scripts, cross-site forms, ended sessions."""

from typing import Any

import pytest
from playwright.async_api import BrowserContext, expect

from backend.merchants.models import Store
from tests.conftest import OpenShop
from tests.journeys.conftest import OpenWindow, WorkAt
from tests.journeys.stack import Stack
from tests.world import PASSWORD
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCRIPT = '"><img src=x onerror=alert(1)>'


async def cookie(window: BrowserContext, name: str) -> dict[str, Any]:
    return next(dict(cookie) for cookie in await window.cookies() if cookie.get("name") == name)


async def test_names_that_are_scripts_stay_names(opened: OpenShop, open_window: OpenWindow, at_work: WorkAt) -> None:
    shop = await opened(rewards=[{"points_required": 10, "name": {"en": SCRIPT}}])
    await shop.change(Store, name=SCRIPT)
    card = await shop.a_card(points=10, first_name=SCRIPT)
    till = await at_work(shop, "anna")
    await till.open(card)
    await expect(till.title).to_have_text(SCRIPT)
    await expect(till.page.locator(".place")).to_have_text(SCRIPT)
    await till.press("*")
    await expect(till.handover).to_have_text(SCRIPT)
    await till.press("F8")
    await expect(till.title).to_have_text("All transactions")
    await till.press("Enter")
    page = await (await open_window()).new_page()
    await page.goto(f"/j/{shop.hub}")
    await expect(page.locator("h1")).to_contain_text(SCRIPT)
    await page.goto(card["page_url"])
    await expect(page.locator(".face-head")).to_contain_text(SCRIPT)
    await till.press("/")
    await till.type(SCRIPT)
    await till.press("Enter")
    await expect(till.title).to_contain_text("img")
    for opened_page in (page, till.page):
        assert await opened_page.locator("img[src=x]").count() == 0


async def test_signing_in_makes_a_new_session_that_no_script_can_read(shop: Shop, open_window: OpenWindow) -> None:
    window = await open_window()
    page = await window.new_page()
    await page.goto("/sign-in")
    await window.add_cookies([{"name": "session", "value": "planted", "url": page.url, "httpOnly": True}])
    await page.goto("/till")
    await page.locator("[name=email]").fill(shop.emails["anna"])
    await page.locator("[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#till")).to_be_visible()
    session, csrf = await cookie(window, "session"), await cookie(window, "csrf")
    assert session["value"] not in {"planted", ""}
    assert (session["httpOnly"], session["sameSite"]) == (True, "Strict")
    assert (csrf["httpOnly"], csrf["sameSite"]) == (True, "Lax")
    assert await page.evaluate("document.cookie") == ""
    assert PASSWORD not in session["value"]


async def test_a_till_that_was_signed_out_shows_nothing(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(first_name="Marie"))
    place, kept = till.page.url, await till.page.context.cookies()
    await till.page.locator(".menu summary").click()
    await till.button("Sign out").click()
    await expect(till.page).to_have_url("/sign-in")
    await till.page.goto(place)
    await expect(till.page.get_by_label("Password")).to_be_visible()
    assert "Marie" not in await till.page.content()
    # As somebody who has copied them would do.
    await till.page.context.add_cookies(kept)  # type: ignore[arg-type]  # the type of those that Playwright gives
    await till.page.goto(place)
    await expect(till.page.get_by_label("Password")).to_be_visible()


async def test_a_session_that_ended_meanwhile_asks_over_the_page_and_goes_on(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(first_name="Marie"))
    await till.page.context.clear_cookies(name="session")
    await till.type("12,50")
    await till.press("Enter")
    await expect(till.page.locator("#lock").get_by_label("Email")).to_be_focused()
    await till.type(shop.emails["anna"])
    await till.press("Tab")
    await till.type("wrong")
    await till.press("Enter")
    await expect(till.page.locator("#over-says .note")).to_be_visible()
    await till.page.locator("#over-password").fill(PASSWORD)
    await till.press("Enter")
    await expect(till.amount).to_be_focused()
    await expect(till.amount).to_have_value("12,50")
    await till.press("Enter")
    await expect(till.balance).to_have_text("12")
    await till.page.locator(".menu summary").click()
    await till.button("Sign out").click()
    await expect(till.page).to_have_url("/sign-in")


@pytest.mark.parametrize("key", ["Escape", "F4", "F6", "F8"])
async def test_every_key_after_the_session_ended_asks_over_the_page_and_keeps_the_amount(
    key: str, shop: Shop, at_work: WorkAt
) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(first_name="Marie"))
    await till.type("12,50")
    await till.page.context.clear_cookies(name="session")
    await till.press(key)
    await expect(till.page.locator("#over-email")).to_be_focused()
    await till.settled()
    await till.page.locator("#over-email").fill(shop.emails["anna"])
    await till.page.locator("#over-password").fill(PASSWORD)
    await till.press("Enter")
    await expect(till.amount).to_be_focused()
    await expect(till.amount).to_have_value("12,50")


async def test_another_language_does_not_take_a_half_typed_amount_away_unasked(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(first_name="Marie"))
    await till.type("12,5")
    await till.page.locator(".menu summary").click()
    async with till.page.expect_event("dialog") as asked:
        await till.button("Français").click(no_wait_after=True)
    assert (await asked.value).type == "beforeunload"
    await expect(till.amount).to_have_value("12,5")
    await till.amount.fill("")
    await till.button("Français").click()
    await expect(till.page.locator("html")).to_have_attribute("lang", "fr")


async def test_another_store_does_not_take_a_half_filled_enrollment_away_unasked(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.press("F4")
    await expect(till.page.locator("[name=email]")).to_be_focused()
    await till.settled()
    await till.page.locator("[name=first_name]").fill("Marie")
    async with till.page.expect_event("dialog") as asked:
        await till.page.evaluate("location.assign('/sign-in/store')")
    assert (await asked.value).type == "beforeunload"
    await expect(till.page.locator("[name=first_name]")).to_have_value("Marie")


async def test_somebody_who_signs_in_over_somebody_elses_page_gets_a_page_of_their_own(
    shop: Shop, at_work: WorkAt
) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(first_name="Marie"))
    await till.page.context.clear_cookies(name="session")
    await till.type("12,50")
    await till.press("Enter")
    await till.page.locator("#over-email").fill(shop.emails["luc"])
    await till.page.locator("#over-password").fill(PASSWORD)
    await till.press("Enter")
    await expect(till.page.locator(".bar .badge")).to_have_text(shop.outlet)
    await expect(till.amount).to_have_value("")


async def test_a_card_scanned_after_the_session_ended_opens_once_somebody_has_signed_in(
    shop: Shop, at_work: WorkAt
) -> None:
    marie, jean = await shop.a_card(first_name="Marie"), await shop.a_card(first_name="Jean")
    till = await at_work(shop, "anna")
    await till.open(marie)
    await till.page.context.clear_cookies(name="session")
    await till.scan(jean["code"])
    await till.page.locator("#over-email").fill(shop.emails["anna"])
    await expect(till.page.locator("#customer")).to_have_count(0)
    await till.page.locator("#over-password").fill(PASSWORD)
    await till.press("Enter")
    await expect(till.title).to_have_text("Jean")


@pytest.mark.parametrize(
    ("headers", "token"),
    [({}, "wrong"), ({}, ""), ({"Sec-Fetch-Site": "cross-site"}, None), ({"Origin": "https://evil.example"}, None)],
    ids=["a wrong token", "no token", "another site, says the browser", "another site, says the origin"],
)
async def test_a_form_of_another_site_books_nothing(
    headers: dict[str, str], token: str | None, shop: Shop, at_work: WorkAt, orion: Stack
) -> None:
    card = await shop.a_card()
    till = await at_work(shop, "anna")
    await till.open(card)
    fields = {name: await till.page.locator(f"#book [name={name}]").input_value() for name in ("_csrf_token", "idem")}
    told: dict[str, str | float | bool] = {**fields, "amount": "10"}
    if token is not None:
        told["_csrf_token"] = token
    answer = await till.page.request.post(f"/till/cards/{card['id']}/points", form=told, headers=headers)
    assert answer.status == 403
    assert (await shop.anna.show(card))["points_balance"] == 0
