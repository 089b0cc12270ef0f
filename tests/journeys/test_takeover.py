"""A shop day with one till and two people: each takes over with name and PIN, without a password."""

import pytest
from playwright.async_api import Page, expect

from backend.access.permissions import MANAGE_PINS, TILL
from backend.staff.models import StoreMember
from tests.conftest import OpenShop
from tests.journeys.conftest import OpenWindow, WorkAt
from tests.journeys.till import TillScreen
from tests.world import PASSWORD
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ANNAS, LUCS, WRONG = "2468", "1357", "9999"


@pytest.fixture
async def staffed(opened: OpenShop) -> Shop:
    """Luc works at the hub too, and may unlock PINs there. The owner is away."""
    shop = await opened(policy={"staff_pin_policy": "optional", "lockout_attempts": 2})
    hub = shop.store_ids[shop.hub]
    await shop.add(StoreMember, store_id=hub, user_id=shop.user_ids["luc"], permissions=sorted({*TILL, MANAGE_PINS}))
    await shop.give_pin("anna", ANNAS)
    await shop.give_pin("luc", LUCS)
    return shop


async def take_over(till: TillScreen, name: str, pin: str) -> None:
    """At the lock, with the keyboard: the choice of a name moves to the PIN."""
    await till.page.get_by_role("radio", name=name).focus()
    await till.press("Space")
    await till.page.locator("#unlock-pin").focus()
    await till.type(pin)
    await till.press("Enter")


async def is_at_the_till(page: Page, name: str) -> None:
    await expect(page.locator(".menu summary")).to_contain_text(name)


async def test_colleagues_share_a_till_and_each_booking_names_its_person(staffed: Shop, at_work: WorkAt) -> None:
    card = await staffed.a_card(points=40, first_name="Marie", last_name="Weber")
    till = await at_work(staffed, "anna")
    await till.press("F9")
    await expect(till.page.get_by_role("dialog", name="The till is locked")).to_be_visible()
    await take_over(till, "Luc", WRONG)
    await expect(till.page.locator("#unlock-pin-says")).to_contain_text("PIN")
    await expect(till.page.get_by_role("radio", name="Luc")).to_be_checked()
    await till.type(LUCS)
    await till.press("Enter")
    await expect(till.toasts).to_contain_text("Luc is at the till now.")
    await is_at_the_till(till.page, "Luc")
    await till.open(card)
    await till.type("12")
    await till.press("Enter")
    await expect(till.balance).to_have_text("52")

    await till.press("F9")
    await take_over(till, "Anna", ANNAS)
    await is_at_the_till(till.page, "Anna")
    await till.open(card)
    await till.type("3")
    await till.press("Enter")
    await expect(till.balance).to_have_text("55")
    await till.press("F6")
    await expect(till.page.locator("[data-row]").first).to_be_focused()
    assert [row["user"] for row in (await staffed.anna.bookings(limit=2))["data"]] == ["Anna", "Luc"]
    for number, name in enumerate(["Anna", "Luc"]):
        booking = till.page.locator("details.booking").nth(number)
        await booking.locator("summary").first.click()
        await expect(booking).to_contain_text(name)


async def test_a_colleagues_session_opens_the_till_and_nothing_else(staffed: Shop, at_work: WorkAt) -> None:
    till = await at_work(staffed, "anna")
    await till.press("F9")
    await take_over(till, "Luc", LUCS)
    await is_at_the_till(till.page, "Luc")
    await till.page.locator(".menu summary").click()
    for name in ("Your account", "Office", "Change store"):
        await expect(till.page.get_by_role("link", name=name)).to_have_count(0)
    for path, title in (("/office", "No access"), ("/profile", "Sign in with your password")):
        await till.page.goto(path)
        await expect(till.page.get_by_role("heading", level=1)).to_have_text(title)


async def test_a_forgotten_pin_is_unlocked_by_a_colleague_while_the_owner_is_away(
    staffed: Shop, at_work: WorkAt, open_window: OpenWindow
) -> None:
    till = await at_work(staffed, "anna")
    await till.press("F9")
    for _ in range(2):
        await till.page.locator("#unlock-pin").fill(WRONG)
        await till.press("Enter")
        await expect(till.page.locator("[aria-invalid=true]")).to_be_focused()
    await till.page.locator("#unlock-pin").fill(ANNAS)
    await till.press("Enter")
    await expect(till.page.locator("#unlock-pin-says")).to_contain_text("locked")

    luc = await (await open_window()).new_page()
    await luc.goto("/sign-in?next=/till")
    await luc.get_by_label("Email").fill(staffed.emails["luc"])
    await luc.get_by_label("Password").fill(PASSWORD)
    await luc.keyboard.press("Enter")
    await luc.get_by_role("button", name=staffed.hub).click()
    await luc.locator(".menu summary").click()
    await luc.get_by_role("link", name="PINs of colleagues").click()
    anna = luc.get_by_role("listitem").filter(has_text="Anna")
    await expect(anna).to_contain_text("Locked")
    await anna.get_by_role("button", name="Unlock").click()
    await expect(anna).to_contain_text("Set")

    await till.page.locator("#unlock-pin").fill(ANNAS)
    await till.press("Enter")
    await expect(till.page.get_by_role("dialog")).to_have_count(0)
    await till.is_ready()
