"""People in a browser: invited, at work, promoted, removed; and the same for administrators."""

import re

import pytest
from playwright.async_api import Page, expect

from backend.services import Services
from tests.journeys.conftest import OpenWindow
from tests.journeys.invitations import NEW_PASSWORD, accept
from tests.journeys.mails import link_in
from tests.journeys.office import says, sign_in, warns
from tests.journeys.stack import Stack
from tests.journeys.till import TillScreen
from tests.world import ADA, PASSWORD
from tests.world.invitations import new_email
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def open_person(page: Page, name: str) -> None:
    await page.goto("/office/staff")
    await page.get_by_role("link", name=name).click()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


async def test_somebody_is_invited_works_is_promoted_and_is_removed(
    shop: Shop, orion: Stack, open_window: OpenWindow
) -> None:
    email = new_email()
    office = await (await open_window()).new_page()
    await sign_in(office, shop.emails["claire"])
    await office.get_by_role("link", name="Staff").first.click()
    await office.get_by_role("link", name="Invite somebody").click()
    await office.get_by_label("Email", exact=True).fill(email)
    at_the_hub = office.get_by_role("group", name=shop.hub[:3])
    for permission in ("See the till", "Serve customers", "Change rewards"):
        await at_the_hub.get_by_label(permission).check()
    await office.get_by_role("button", name="Send the invitation").click()
    await says(office, "The invitation is on its way.")
    await expect(office.get_by_role("listitem").filter(has_text=email)).to_contain_text("Valid until")

    first = link_in("invitation", await orion.mail_to(email))
    await office.get_by_role("button", name=f"Resend to {email}").click()
    await says(office, "The former link no longer works.")
    link = link_in("invitation", await orion.mail_to(email, number=2))
    lea = await (await open_window()).new_page()
    await lea.goto(first)
    await expect(lea.get_by_role("heading", name="There is no such invitation")).to_be_visible()

    await accept(lea, link)
    await expect(lea.locator("#query")).to_be_focused()
    await lea.locator(".menu summary").click()
    await lea.get_by_role("link", name="Office").click()
    await expect(lea.get_by_role("heading", name="Rewards", exact=True)).to_be_visible()
    assert await lea.locator(".rail > .nav a").all_inner_texts() == ["Rewards", "Till"]
    await lea.goto("/office/staff")
    await expect(lea.get_by_role("heading", name="No access")).to_be_visible()
    again = await (await open_window()).new_page()
    await again.goto(link)
    await expect(again.get_by_role("heading", name="This invitation was accepted already")).to_be_visible()

    await open_person(office, "Léa Thoma")
    await office.get_by_label("Owner").check()
    await office.get_by_role("button", name="Save").click()
    await says(office, "Saved.")
    await lea.goto("/office/staff")
    await expect(lea.get_by_role("heading", name="Staff")).to_be_visible()

    await open_person(office, "Léa Thoma")
    await office.get_by_role("button", name="Remove Léa Thoma").click()
    await says(office, "Removed.")
    await expect(office.get_by_text("Léa Thoma")).to_have_count(0)
    await lea.reload()
    await expect(lea).to_have_url(re.compile("/sign-in"))
    await lea.get_by_label("Email").fill(email)
    await lea.get_by_label("Password").fill(NEW_PASSWORD)
    await lea.keyboard.press("Enter")
    await warns(lea, "You work for no merchant any more")


async def test_two_owners_who_change_the_same_person_see_each_others_changes(
    shop: Shop, open_window: OpenWindow
) -> None:
    await shop.claire.ask(
        "PATCH", f"/merchant/staff/{shop.user_ids['luc']}", json={"role": "merchant_owner"}, headers={"if-match": "*"}
    )
    pages = [await (await open_window()).new_page() for _ in range(2)]
    for page, name in zip(pages, ("claire", "luc"), strict=True):
        await sign_in(page, shop.emails[name])
        await open_person(page, "Anna")
    hers = pages[0].get_by_role("group", name=shop.hub[:3])
    await hers.get_by_label("Adjust points").check()
    await pages[0].get_by_role("button", name="Save").click()
    await says(pages[0], "Saved.")
    await pages[1].get_by_role("group", name=shop.hub[:3]).get_by_label("Void and return").uncheck()
    await pages[1].get_by_role("button", name="Save").click()
    await warns(pages[1], "Claire has changed this meanwhile")
    await warns(pages[1], "HUB: Adjust points, Serve customers, See the till and Void and return")
    await pages[1].get_by_role("button", name="Save").click()
    await says(pages[1], "Saved.")
    anna = await shop.claire.get(f"/merchant/staff/{shop.user_ids['anna']}")
    assert anna["stores"][0]["permissions"] == ["loyalty.manage_cards", "loyalty.view_programs"]


async def test_the_only_owner_cannot_go(shop: Shop, open_window: OpenWindow) -> None:
    page = await (await open_window()).new_page()
    await sign_in(page, shop.emails["claire"])
    await open_person(page, "Claire")
    await expect(page.get_by_text("You cannot change your own role.")).to_be_visible()
    await page.get_by_role("button", name="Leave Fashion Group").click()
    await warns(page, "This is the only owner")


async def test_a_person_who_works_for_two_merchants_accepts_with_the_password_they_have_and_changes_between_them(
    shop: Shop, orion: Stack, services: Services, open_window: OpenWindow
) -> None:
    owner = await (await open_window()).new_page()
    await sign_in(owner, "owner@aurora.example")
    await owner.goto("/office/staff/invite")
    await owner.get_by_label("Email", exact=True).fill(shop.emails["anna"])
    await expect(owner.get_by_label("Serve customers")).to_be_checked()
    await owner.get_by_role("button", name="Send the invitation").click()
    await says(owner, "on its way")

    anna = TillScreen(await (await open_window()).new_page())
    await anna.sign_in(shop.emails["anna"], PASSWORD)
    await anna.page.goto(link_in("invitation", await orion.mail_to(shop.emails["anna"])))
    await expect(anna.page.get_by_text("You have an account with this address.")).to_be_visible()
    await anna.page.get_by_label("Password").fill(PASSWORD)
    await anna.page.get_by_role("button", name="Accept the invitation").click()
    await expect(anna.page.locator("#query")).to_be_focused()
    await expect(anna.page.get_by_text("AURORA").first).to_be_visible()
    await anna.page.locator(".menu summary").click()
    await anna.page.get_by_role("button", name="Fashion Group").click()
    await expect(anna.page.get_by_text(shop.hub).first).to_be_visible()


async def test_a_super_admin_invites_promotes_and_removes_an_administrator(
    orion: Stack, open_window: OpenWindow
) -> None:
    email = new_email()
    ada = await (await open_window()).new_page()
    await ada.goto("/sign-in?next=/admin/users")
    await ada.get_by_label("Email").fill(ADA.email)
    await ada.get_by_label("Password").fill(PASSWORD)
    await ada.keyboard.press("Enter")
    await expect(ada.get_by_role("heading", name="Administrators")).to_be_visible()
    await ada.get_by_label("Email", exact=True).fill(email)
    await ada.get_by_role("button", name="Send the invitation").click()
    await says(ada, "on its way")
    lea = await (await open_window()).new_page()
    await accept(lea, link_in("invitation", await orion.mail_to(email)))
    await expect(lea).to_have_url(re.compile("/admin$"))
    await lea.goto("/admin/users")
    await expect(lea.locator("#page").get_by_text(email)).to_be_visible()
    await expect(lea.get_by_role("button", name="Send the invitation")).to_have_count(0)

    await ada.goto("/admin/users")
    row = ada.get_by_role("listitem").filter(has_text=email)
    await row.get_by_text("Change Léa Thoma").click()
    await row.get_by_role("button", name="Make super admin").click()
    await says(ada, "Saved.")
    await expect(row).to_contain_text("Super admin")
    await row.get_by_text("Change Léa Thoma").click()
    await row.get_by_role("button", name="Remove Léa Thoma").click()
    await expect(ada.get_by_text(email)).to_have_count(0)
    await lea.reload()
    await expect(lea).to_have_url(re.compile("/sign-in"))
