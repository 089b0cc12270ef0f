"""A person who works for several merchants changes from one to the other in the menu."""

import httpx

from backend.identity.schemas import MerchantRef, SignInView
from tests.frontend.canned import ID, changed, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, OUTLET, StaffBackend, refused, signed_in
from tests.frontend.staff_browser import Browser

HERE, THERE = MerchantRef(ID, "fashion", "Fashion", "fr"), MerchantRef(ID, "aurora", "Café Aurora", "en")
SWITCH = "POST /auth/merchant"


def working_for(merchant: MerchantRef, token: str) -> httpx.Response:
    view: SignInView = signed_in(OUTLET if merchant is THERE else ANNA_AT_THE_HUB)
    user = changed(view.user, merchant=merchant, merchants=[THERE, HERE])
    return found(changed(view, token=token, user=user), 201)


async def anna_of_two(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {"POST /auth/sign-in": working_for(HERE, "one"), SWITCH: working_for(THERE, "two")}
    await browser.sign_in()
    await browser.open("/till")
    return browser


async def test_the_menu_offers_the_other_merchant(browser: Browser, backend: StaffBackend) -> None:
    anna = await anna_of_two(browser, backend)
    assert "Work for" in anna.text
    answer = await anna.send("/sign-in/merchant", merchant="aurora")
    assert answer.headers["location"] == "/till"
    assert backend.body("/auth/merchant") == {"merchant": "aurora"}
    await anna.open("/till")
    assert backend.asked[-1].headers["authorization"] == "Bearer two"
    assert backend.asked[-1].headers["x-store-code"] == "FASHIONOUTLET"


async def test_a_person_who_works_for_one_merchant_has_nothing_to_choose(anna: Browser) -> None:
    assert "Work for" not in anna.text


async def test_a_merchant_that_is_none_of_theirs_is_refused(browser: Browser, backend: StaffBackend) -> None:
    anna = await anna_of_two(browser, backend)
    backend.answers[SWITCH] = refused(404, "merchant_not_found")
    assert (await anna.send("/sign-in/merchant", merchant="other")).status_code == 404


async def test_a_merchant_that_no_menu_offers_changes_nothing(browser: Browser, backend: StaffBackend) -> None:
    anna = await anna_of_two(browser, backend)
    for merchant in ("", "x" * 41):
        assert (await anna.send("/sign-in/merchant", merchant=merchant)).status_code == 422
        assert "Nothing was changed" in anna.text
    assert backend.posts("/auth/merchant") == []


async def test_without_a_session_nothing_is_changed(browser: Browser, backend: StaffBackend) -> None:
    await browser.open("/sign-in")
    assert "/sign-in" in (await browser.send("/sign-in/merchant", merchant="aurora")).headers["location"]
    assert backend.posts("/auth/merchant") == []


async def test_a_locked_till_stays_locked_after_every_choice_in_the_menu(
    browser: Browser, backend: StaffBackend
) -> None:
    """Store, language and merchant are no way around the PIN."""
    anna = await anna_of_two(browser, backend)
    backend.answers["PATCH /auth/me"] = found(signed_in().user)
    await anna.send("/till/lock")
    await anna.send("/sign-in/store", store="FASHIONHUB")
    await anna.send("/preferences", lang="de", next="/till")
    await anna.send("/sign-in/merchant", merchant="aurora")
    assert (await anna.open("/till")).status_code == 423
    assert backend.posts("/auth/merchant") == []
