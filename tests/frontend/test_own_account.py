"""A customer signs in with a code and sees the own account, against a made-up backend."""

import json

import httpx
import pytest
from msgspec.structs import replace

from backend.identity.customers.schemas import NotMeView, SignInAttempt
from frontend.app import create_app
from tests.frontend import canned
from tests.frontend.canned import changed, found, refused
from tests.frontend.own_account import ACCOUNT, EMAIL, LATER, OTHER_PAGE, PAGE, Backend, sign_in
from tests.frontend.staff_browser import SETTINGS, Browser


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def otto(browser: Browser) -> Browser:
    return browser


async def test_otto_enters_his_address_and_the_code_and_is_in(otto: Browser, backend: Backend) -> None:
    await otto.open("/account?store=FASHIONHUB")
    assert "Sign in at Fashion Group" in otto.text
    sent = await otto.submit("/account", email=EMAIL)
    assert (sent.status_code, sent.headers["location"]) == (303, "/account/code")
    await otto.open("/account/code")
    assert f"If {EMAIL} has a card here" in otto.text
    entered = await otto.submit("/account/code", code="482 913")
    assert (entered.status_code, entered.headers["location"]) == (303, "/account")
    assert json.loads(backend.asked_at("/sessions")[0].content) == {"attempt": "the attempt", "code": "482 913"}
    await otto.open("/account")
    assert backend.asked[-1].headers["authorization"] == "Bearer the token"
    assert f"Signed in as {EMAIL}." in otto.text
    assert ">460<" in otto.page
    assert "Purchase of €41.50" in otto.text


async def test_the_cookie_is_apart_from_that_of_staff_and_tells_nothing(otto: Browser) -> None:
    entered = await sign_in(otto)
    (cookie,) = [header for header in entered.headers.get_list("set-cookie") if header.startswith("customer=")]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert f"Max-Age={30 * 24 * 3600}" in cookie
    assert "session" not in otto.client.cookies
    assert not {"token", "otto"} & set(cookie.replace("=", " ").split())


async def test_over_https_the_cookie_is_the_hosts_own(backend: Backend) -> None:
    settings = replace(SETTINGS, public_url="https://orion.test")
    browser = Browser(create_app(settings, httpx.MockTransport(backend)))
    async with browser.client:
        opened = await browser.open("/account?store=FASHIONHUB")
        (kept,) = opened.headers.get_list("set-cookie")
        assert kept.startswith("__Host-csrf=")
        browser.client.cookies.set("__Host-csrf", kept.partition("=")[2].partition(";")[0])
        sent = await browser.submit("/account", email=EMAIL)
    (cookie,) = [header for header in sent.headers.get_list("set-cookie") if "customer" in header]
    assert cookie.startswith("__Host-customer=")
    assert "Secure" in cookie


@pytest.mark.parametrize("forged", ["x", "AAAA", "A" * 200])
async def test_a_cookie_of_somebody_elses_making_is_nobodys(otto: Browser, forged: str) -> None:
    otto.client.cookies.set("customer", forged)
    assert (await otto.open("/account")).status_code == 200
    assert 'name="email"' in otto.page


async def test_a_new_code_ends_the_last_attempt_of_the_browser(otto: Browser, backend: Backend) -> None:
    await otto.open("/account?store=FASHIONHUB")
    await otto.submit("/account", email=EMAIL)
    await otto.open("/account/code")
    await otto.submit("/account")
    first, second = (json.loads(request.content) for request in backend.asked_at("/FASHIONHUB/codes"))
    assert first["attempt"] is None
    assert second == {"email": EMAIL, "attempt": "the attempt"}


async def test_who_signs_in_at_another_merchant_is_signed_out_at_the_first(otto: Browser, backend: Backend) -> None:
    """In the database too: nobody has the token any more."""
    await sign_in(otto)
    await otto.open("/account?store=AURORA")
    await otto.submit("/account", email=EMAIL)
    assert backend.asked_at("/sign-out") == [], "there is no such store, so nothing has changed"
    backend.answers["POST", "/AURORA/codes"] = found(SignInAttempt("the next attempt", LATER), 202)
    assert (await otto.submit("/account", email=EMAIL, store_code="AURORA")).headers["location"] == "/account/code"
    (ended,) = backend.asked_at("/sign-out")
    assert ended.headers["authorization"] == "Bearer the token"
    await otto.open("/account")
    assert "Signed in as" not in otto.text


async def test_mistakes_are_told_beside_their_field(otto: Browser, backend: Backend) -> None:
    await otto.open("/account")
    assert (await otto.submit("/account", email="otto", store_code="FASHIONHUB")).status_code == 422
    assert otto.says("email") == "Enter your email address, like marie@example.com."
    assert (await otto.submit("/account", email=EMAIL, store_code="")).status_code == 422
    assert otto.says("store_code") == "Enter the store code, like FASHIONHUB."
    assert (await otto.submit("/account", email=EMAIL, store_code="NOWHERE")).status_code == 422
    assert otto.says("store_code") == "There is no store with this code."
    await otto.submit("/account", email=EMAIL, store_code="fashionhub")
    await otto.open("/account/code")
    assert (await otto.submit("/account/code", code=" ")).status_code == 422
    assert otto.says("code") == "Enter the six digits of the code."
    backend.answers["POST", "/sessions"] = refused(422, "sign_in_code_wrong", tries_left=4)
    assert (await otto.submit("/account/code", code="000000")).status_code == 422
    assert otto.says("code").endswith("sign_in_code_wrong")


async def test_after_the_code_has_ended_there_is_only_a_new_one(otto: Browser, backend: Backend) -> None:
    backend.answers["POST", "/sessions"] = refused(410, "sign_in_code_expired")
    assert (await sign_in(otto)).status_code == 410
    assert "sign_in_code_expired" in otto.text
    assert 'name="code"' not in otto.page
    assert "Send me a new code" in otto.text


async def test_a_caller_who_asks_too_often_waits_a_minute(otto: Browser, backend: Backend) -> None:
    for place in (("POST", "/FASHIONHUB/codes"), ("GET", ""), ("POST", "/not-me")):
        backend.answers[place] = refused(429, "rate_limited", retry_after_seconds=40)
    await otto.open("/account?store=FASHIONHUB")
    assert (await otto.submit("/account", email=EMAIL)).status_code == 429
    assert "Please wait a minute" in otto.text
    await otto.open("/account/not-me/link")
    assert (await otto.submit("/account/not-me/link")).status_code == 429


async def test_without_an_answer_what_was_entered_is_kept(otto: Browser, backend: Backend) -> None:
    backend.answers["POST", "/FASHIONHUB/codes"] = httpx.Response(503)
    await otto.open("/account?store=FASHIONHUB")
    assert (await otto.submit("/account", email=EMAIL)).status_code == 503
    assert otto.fields("/account")["email"] == EMAIL


@pytest.mark.parametrize("where", ["sign-out", "sign-out-everywhere"])
async def test_signing_out_ends_the_session_and_forgets_the_cookie(otto: Browser, backend: Backend, where: str) -> None:
    await sign_in(otto)
    await otto.open("/account")
    answer = await otto.send(f"/account/{where}")
    assert answer.headers["location"] == "/account?store=FASHIONHUB"
    assert backend.asked_at(f"/{where}")[0].headers["authorization"] == "Bearer the token"
    await otto.open("/account")
    assert 'name="email"' in otto.page


async def test_signing_out_everywhere_is_not_claimed_without_an_answer(otto: Browser, backend: Backend) -> None:
    await sign_in(otto)
    await otto.open("/account")
    backend.answers["POST", "/sign-out-everywhere"] = httpx.Response(503)
    assert (await otto.send("/account/sign-out-everywhere")).status_code == 503
    await otto.open("/account")
    assert f"Signed in as {EMAIL}." in otto.text


async def test_a_session_that_has_ended_says_so_and_knows_the_address(otto: Browser, backend: Backend) -> None:
    await sign_in(otto)
    backend.answers["GET", ""] = refused(401, "session_expired")
    assert (await otto.open("/account")).status_code == 401
    assert "You are signed out." in otto.text
    assert otto.fields("/account") | {"_csrf_token": ""} == {
        "email": EMAIL,
        "store_code": "FASHIONHUB",
        "_csrf_token": "",
    }


async def test_whose_data_was_erased_is_told(otto: Browser, backend: Backend) -> None:
    await sign_in(otto)
    backend.answers["GET", ""] = refused(410, "customer_erased")
    assert (await otto.open("/account")).status_code == 410
    assert "customer_erased" in otto.text
    assert 'href="/j/FASHIONHUB"' in otto.page


async def test_a_deactivated_card_says_so(otto: Browser, backend: Backend) -> None:
    backend.answers["GET", ""] = found(changed(ACCOUNT, cards=[canned.card_page(state="deactivated")]))
    await sign_in(otto)
    await otto.open("/account")
    assert "This card is not active." in otto.text


async def test_the_card_goes_into_a_wallet_from_here_too(otto: Browser, backend: Backend) -> None:
    backend.answers["GET", ""] = found(changed(ACCOUNT, cards=[canned.card_page(wallets=canned.BOTH_WALLETS)]))
    await sign_in(otto)
    await otto.open("/account")
    for wallet in ("Google", "Apple"):
        assert f"Add to {wallet} Wallet" in otto.text


async def test_of_several_cards_one_is_chosen(otto: Browser, backend: Backend) -> None:
    backend.answers["GET", ""] = found(changed(ACCOUNT, cards=[PAGE, OTHER_PAGE]))
    await sign_in(otto)
    await otto.open("/account")
    assert 'href="/account?card=1" aria-current="true"' in otto.page
    await otto.open("/account?card=2")
    assert 'href="/account?card=2" aria-current="true"' in otto.page
    for wild in ("0", "3", "-1", "x", "9" * 30):
        assert (await otto.open(f"/account?card={wild}")).status_code == 200


async def test_at_another_merchant_the_customer_signs_in_anew(otto: Browser) -> None:
    await sign_in(otto)
    await otto.open("/account?store=fashionhub")
    assert f"Signed in as {EMAIL}." in otto.text
    await otto.open("/account?store=CLOSED")
    assert otto.fields("/account")["store_code"] == "CLOSED"


async def test_the_language_is_the_customers_on_every_device(otto: Browser, backend: Backend) -> None:
    backend.answers["GET", ""] = found(changed(ACCOUNT, language="de"))
    await sign_in(otto)
    await otto.open("/account")
    assert '<html lang="de"' in otto.page
    assert backend.asked[-1].headers["accept-language"] == "de"
    assert (await otto.send("/account/language", lang="lb")).headers["location"] == "/account"
    (change,) = [request for request in backend.asked if request.method == "PATCH"]
    assert json.loads(change.content) == {"language": "lb"}


async def test_opening_the_link_in_the_email_ends_nothing_its_button_does(otto: Browser, backend: Backend) -> None:
    assert (await otto.open("/account/not-me/link")).status_code == 200
    assert backend.asked == []
    await otto.submit("/account/not-me/link")
    assert json.loads(backend.asked[0].content) == {"token": "link"}
    assert "2 devices were signed out." in otto.text
    backend.answers["POST", "/not-me"] = found(NotMeView(LATER, False, 0))
    await otto.open("/account/not-me/link")
    await otto.submit("/account/not-me/link")
    assert "Nobody had signed in." in otto.text
    backend.answers["POST", "/not-me"] = refused(404, "sign_in_link_invalid")
    await otto.open("/account/not-me/old")
    assert (await otto.submit("/account/not-me/old")).status_code == 404
    assert "sign_in_link_invalid" in otto.text


async def test_a_language_chosen_while_signing_in_stays_with_the_store(otto: Browser) -> None:
    await otto.open("/account?store=FASHIONHUB")
    assert 'href="/account?store=FASHIONHUB&amp;lang=fr"' in otto.page
    await otto.open("/account?store=FASHIONHUB&lang=fr")
    sent = await otto.submit("/account?lang=fr", email=EMAIL)
    assert sent.headers["location"] == "/account/code?lang=fr"
    await otto.open("/account/code?lang=fr")
    assert '<html lang="fr"' in otto.page
    assert otto.fields("/account?lang=fr")["store_code"] == "FASHIONHUB"
    entered = await otto.submit("/account/code?lang=fr", code="482913")
    assert entered.headers["location"] == "/account"


async def test_the_code_is_asked_for_before_it_is_entered(otto: Browser) -> None:
    assert (await otto.open("/account/code")).headers["location"] == "/account"
    await otto.open("/account")
    assert (await otto.send("/account/code", code="482913")).headers["location"] == "/account"


@pytest.mark.parametrize("path", ["/c/" + canned.TOKEN, "/j/FASHIONHUB"])
async def test_card_page_and_join_page_lead_to_the_account(otto: Browser, path: str) -> None:
    await otto.open(path)
    assert 'href="/account?store=FASHIONHUB"' in otto.page
