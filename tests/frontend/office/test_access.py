"""The office opens for owners, and for staff as far as their permissions reach."""

from typing import Any

from backend.core.schemas import Page
from backend.identity.permissions.schemas import PermissionTable, PermissionView
from tests.frontend.canned import changed, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, OUTLET, StaffBackend, owner, signed_in
from tests.frontend.staff_browser import Browser

NOTHING: Page[Any] = Page([], None, has_more=False)
ROWS = [
    PermissionView("loyalty.manage_cards", "Serve customers", "Find.", "store", True, True, ["merchant_owner"]),
    PermissionView("staff.manage", "Manage staff", "Invite.", "owner", False, False, ["super_admin", "merchant_owner"]),
    PermissionView("settings.manage", "Change settings", "All.", "super_admin", False, False, ["super_admin"]),
]


async def with_permissions(browser: Browser, backend: StaffBackend, *permissions: str) -> Browser:
    view = signed_in(ANNA_AT_THE_HUB)
    backend.answers |= {
        "POST /auth/sign-in": found(changed(view, user=changed(view.user, permissions=list(permissions))), 201),
        "GET /merchant/loyalty/rewards": found(NOTHING),
    }
    await browser.sign_in()
    return browser


async def test_staff_without_a_permission_for_all_stores_stay_outside(browser: Browser, backend: StaffBackend) -> None:
    anna = await with_permissions(browser, backend, "loyalty.manage_cards", "loyalty.view_analytics", "staff.manage")
    for path in ("/office", "/office/rewards", "/office/staff/permissions"):
        assert (await anna.open(path)).status_code == 403
    await anna.open("/till")
    assert "Office" not in anna.text


async def test_a_person_who_may_change_rewards_finds_them_from_the_till(
    browser: Browser, backend: StaffBackend
) -> None:
    anna = await with_permissions(browser, backend, "loyalty.manage_cards", "loyalty.manage_rewards")
    await anna.open("/till")
    assert 'href="/office/rewards"' in anna.page
    assert (await anna.open("/office")).headers["location"] == "/office/rewards"
    assert (await anna.open("/office/rewards")).status_code == 200
    assert 'href="/office/marketing"' not in anna.page
    assert 'href="/office"' not in anna.page


async def test_rights_are_read_again_before_a_page_is_refused(browser: Browser, backend: StaffBackend) -> None:
    """An owner has made Anna an owner while she was at work."""
    anna = await with_permissions(browser, backend, "loyalty.manage_cards")
    backend.answers["GET /auth/permissions"] = found(PermissionTable(ROWS))
    assert (await anna.open("/office/staff/permissions")).status_code == 403
    backend.answers["GET /auth/me"] = found(owner(ANNA_AT_THE_HUB).user)
    assert (await anna.open("/office/staff/permissions")).status_code == 200
    assert (await anna.open("/")).headers["location"] == "/office"


async def test_a_person_who_has_got_a_store_meanwhile_can_choose_it(browser: Browser, backend: StaffBackend) -> None:
    anna = await with_permissions(browser, backend, "loyalty.manage_cards")
    backend.answers["GET /auth/me"] = found(signed_in(ANNA_AT_THE_HUB, OUTLET).user)
    await anna.open("/sign-in/store")
    assert "FASHIONOUTLET" in anna.text


async def test_a_locked_till_locks_the_office_of_staff_too(browser: Browser, backend: StaffBackend) -> None:
    anna = await with_permissions(browser, backend, "loyalty.manage_rewards")
    await anna.open("/till")
    await anna.send("/till/lock")
    assert (await anna.open("/office/rewards")).status_code == 423


async def test_the_table_of_permissions_shows_an_owner_what_concerns_merchants(
    browser: Browser, backend: StaffBackend
) -> None:
    backend.answers |= {
        "POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB), 201),
        "GET /auth/permissions": found(PermissionTable(ROWS)),
    }
    await browser.sign_in()
    await browser.open("/office/staff/permissions")
    assert "At single stores" in browser.text
    assert "Serve customers Find. loyalty.manage_cards Staff, usually Owner" in browser.text
    assert "Manage staff Invite. staff.manage Owner" in browser.text
    assert "Change settings" not in browser.text
    assert "Super admin" not in browser.text
