"""An owner signs in and sees the day, against a fake backend."""

from datetime import date

import httpx
import pytest

from backend.identity.schemas import StoreAccess
from backend.loyalty.offline.schemas.review import ReviewList
from backend.loyalty.till.schemas import StoreToday, TodayFigures, TodayView
from tests.frontend.canned import STORES, changed, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, OUTLET, StaffBackend, owner, refused
from tests.frontend.staff_browser import HTMX, Browser

TODAY, REVIEW = "GET /merchant/loyalty/today", "GET /merchant/devices/review"
NOTHING_WAITS = ReviewList([], None, False, 0, None, "EUR", True)
NOTHING = TodayFigures(0, 0, 0, 0, 0, 0, 0)
HUB = TodayFigures(1200, 2, 1160, 100, 4, 3, 1)
ALL = TodayFigures(1284, 3, 1217, 100, 4, 3, 1)
DAY = date(2026, 11, 29)
VIEW = TodayView(
    DAY, "hybrid", ALL,
    [
        StoreToday(STORES[0], True, "Europe/Luxembourg", DAY, HUB),
        StoreToday(STORES[1], True, "Europe/Luxembourg", DAY, TodayFigures(84, 1, 57, 0, 0, 0, 0)),
    ],
)  # fmt: skip


@pytest.fixture
async def claire(browser: Browser, backend: StaffBackend) -> Browser:
    """The owner of two stores, signed in."""
    backend.answers |= {"POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB, OUTLET), 201), TODAY: found(VIEW)}
    backend.answers[REVIEW] = found(NOTHING_WAITS)
    await browser.sign_in()
    return browser


async def signed_in_again(browser: Browser, backend: StaffBackend, *stores: StoreAccess) -> None:
    await browser.send("/sign-out")
    backend.answers["POST /auth/sign-in"] = found(owner(*stores), 201)
    await browser.sign_in()


async def test_an_owner_lands_in_the_office(browser: Browser, backend: StaffBackend) -> None:
    backend.answers |= {"POST /auth/sign-in": found(owner(), 201), TODAY: found(VIEW), REVIEW: found(NOTHING_WAITS)}
    assert (await browser.sign_in()).headers["location"] == "/office"
    assert (await browser.open("/")).headers["location"] == "/office"
    assert (await browser.open("/office")).status_code == 200, "an owner without a store gets in"
    assert "Open the till" not in browser.text


async def test_a_person_who_asked_for_the_till_comes_to_the_till(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /auth/sign-in"] = found(owner(ANNA_AT_THE_HUB), 201)
    answer = await browser.open("/till")
    assert answer.headers["location"] == "/sign-in?next=/till"
    assert (await browser.sign_in(next="/till")).headers["location"] == "/till"


async def test_the_office_shows_the_day_of_all_stores_and_of_each(claire: Browser) -> None:
    await claire.open("/office")
    assert "Sunday, 29 November 2026 · 2 stores" in claire.text
    assert "Customers 1,284 3 new today" in claire.text
    assert "Points issued 1,217 100 points redeemed" in claire.text
    assert "Fashion Hub FASHIONHUB 1,200 2 1,160 100 4 3 1" in claire.text
    assert "Fashion Outlet FASHIONOUTLET 84 1 57 0 0 0 0" in claire.text


async def test_a_program_shows_only_what_it_gives(claire: Browser, backend: StaffBackend) -> None:
    for kind, shown, hidden in (("stamps", "Stamps", "Points issued"), ("points", "Points issued", "Stamps")):
        backend.answers[TODAY] = found(changed(VIEW, program_type=kind))
        await claire.open("/office")
        assert shown in claire.text
        assert hidden not in claire.text


async def test_a_single_store_needs_no_table(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[TODAY] = found(changed(VIEW, stores=VIEW.stores[:1]))
    await claire.open("/office")
    assert "<table" not in claire.page
    assert "stores" not in claire.text


async def test_a_store_in_another_zone_says_its_day_and_a_closed_one_has_no_till(
    claire: Browser, backend: StaffBackend
) -> None:
    hub, outlet = VIEW.stores
    far = changed(hub, timezone="Pacific/Auckland", date=date(2026, 11, 30))
    backend.answers[TODAY] = found(changed(VIEW, stores=[far, changed(outlet, is_active=False)]))
    await claire.open("/office")
    assert "FASHIONHUB 30 Nov 2026" in claire.text
    assert "FASHIONOUTLET Closed" in claire.text
    assert 'value="FASHIONHUB"' in claire.page
    assert 'value="FASHIONOUTLET"' not in claire.page


async def test_a_merchant_without_customers_is_told_how_to_get_some(claire: Browser, backend: StaffBackend) -> None:
    stores = [changed(store, figures=NOTHING) for store in VIEW.stores]
    backend.answers[TODAY] = found(changed(VIEW, figures=NOTHING, stores=stores))
    await claire.open("/office")
    assert "No customers yet" in claire.text
    assert 'href="/j/FASHIONHUB"' in claire.page
    assert 'href="/j/FASHIONOUTLET"' in claire.page
    assert "Points issued" not in claire.text


async def test_a_merchant_without_a_store_is_told_who_adds_one(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[TODAY] = found(changed(VIEW, figures=NOTHING, stores=[]))
    await claire.open("/office")
    assert "You have no store yet." in claire.text


async def test_the_way_to_the_till_asks_which_store(claire: Browser, backend: StaffBackend) -> None:
    await claire.open("/office")
    assert 'href="/sign-in/store"' in claire.page
    await claire.open("/sign-in/store")
    assert 'href="/office"' in claire.page
    assert (await claire.send("/sign-in/store", store="FASHIONOUTLET")).headers["location"] == "/till"
    assert (await claire.open("/till")).status_code == 200
    assert backend.asked[-1].headers["x-store-code"] == "FASHIONOUTLET"


async def test_the_only_store_is_not_asked_for(claire: Browser, backend: StaffBackend) -> None:
    await signed_in_again(claire, backend, ANNA_AT_THE_HUB)
    await claire.open("/office")
    assert 'href="/till"' in claire.page
    assert 'href="/sign-in/store"' not in claire.page


async def test_the_till_leads_back_to_the_office_those_who_may_open_it(claire: Browser, backend: StaffBackend) -> None:
    await claire.send("/sign-in/store", store="FASHIONHUB")
    await claire.open("/till")
    assert 'href="/office"' in claire.page
    await claire.open("/office")
    assert "Turn till keys off" not in claire.text


async def test_staff_have_no_office(anna: Browser, backend: StaffBackend) -> None:
    assert 'href="/office"' not in anna.page
    assert (await anna.open("/")).headers["location"] == "/till"
    assert (await anna.open("/office")).status_code == 403
    assert "Only the owner of a merchant can open this page" in anna.text
    assert not any("/merchant" in request.url.path for request in backend.asked)


async def test_an_owner_has_no_platform(claire: Browser) -> None:
    assert (await claire.open("/admin")).status_code == 403


async def test_nobody_opens_the_office_without_signing_in(browser: Browser, backend: StaffBackend) -> None:
    assert (await browser.open("/office")).headers["location"] == "/sign-in?next=/office"
    assert not backend.asked


async def test_a_locked_till_locks_the_office_too(claire: Browser, backend: StaffBackend) -> None:
    await claire.send("/sign-in/store", store="FASHIONHUB")
    await claire.open("/till")
    await claire.send("/till/lock")
    assert (await claire.open("/office")).status_code == 423
    assert "Today" not in claire.text
    assert (await claire.open("/office", **HTMX)).headers["hx-redirect"] == "/office"
    await claire.open("/office")
    answer = await claire.send("/till/unlock", staff_pin="97531", next=claire.hidden("next"))
    assert answer.headers["location"] == "/office"
    assert (await claire.open("/office")).status_code == 200


async def test_a_backend_that_is_away_is_said_and_tried_again(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[TODAY] = httpx.ConnectError("away")
    assert (await claire.open("/office")).status_code == 503
    assert "The server does not answer." in claire.text
    assert 'href="/office"' in claire.page


async def test_a_session_that_has_ended_leads_back_after_signing_in(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[TODAY] = refused(401, "session_expired")
    assert (await claire.open("/office")).headers["location"] == "/sign-in?next=/office"


async def test_the_frame_names_the_merchant_and_the_current_page(claire: Browser) -> None:
    await claire.open("/office")
    assert '<span translate="no">Fashion Group</span>' in claire.page
    assert claire.page.count('href="/office" aria-current="page"') == 2, "wide, and folded"
    assert "/admin" not in claire.page


async def test_an_owner_is_told_what_waits_for_a_decision(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[REVIEW] = found(changed(NOTHING_WAITS, waiting_count=2))
    await claire.open("/office")
    assert "2 operations of your tablets wait for you" in claire.text
