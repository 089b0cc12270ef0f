import json

import httpx
import msgspec
import pytest

from frontend.kit.session import session_middleware
from frontend.settings import Settings
from tests.frontend.canned import found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, OUTLET, StaffBackend, refused, signed_in
from tests.frontend.staff_browser import CARD_PATH, HTMX, SETTINGS, Browser, app_with


async def test_signing_in_leads_to_where_one_wanted_to_go(browser: Browser) -> None:
    answer = await browser.open("/till/today")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/till/today")
    await browser.open(answer.headers["location"])
    answer = await browser.send("/sign-in", email="a@b.lu", password="x", next=browser.hidden("next"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/till/today")


async def test_a_link_cannot_lead_away_after_signing_in(browser: Browser) -> None:
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = await browser.sign_in(next=elsewhere)
        assert answer.headers["location"] == "/till"
        await browser.send("/sign-out")


async def test_a_refused_sign_in_says_why_and_keeps_the_address(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /auth/sign-in"] = refused(401, "unauthenticated")
    answer = await browser.sign_in()
    assert answer.status_code == 401
    assert "Sentence of unauthenticated." in browser.text
    assert 'value="anna@fashion.example"' in browser.page
    assert "orion-demo-2026" not in browser.page


async def test_empty_fields_never_reach_the_backend(browser: Browser, backend: StaffBackend) -> None:
    await browser.open("/sign-in")
    answer = await browser.send("/sign-in", email=" ", password="")
    assert answer.status_code == 422
    assert "Enter your password." in browser.text
    assert not backend.posts("/sign-in")


async def test_a_backend_that_is_away_leaves_the_form(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /auth/sign-in"] = httpx.ConnectError("away")
    assert (await browser.sign_in()).status_code == 503
    assert "The server does not answer." in browser.text
    assert 'value="anna@fashion.example"' in browser.page


async def test_the_authenticator_is_asked_for_only_when_the_user_has_one(
    browser: Browser, backend: StaffBackend
) -> None:
    await browser.open("/sign-in")
    assert 'name="totp"' not in browser.page
    backend.answers["POST /auth/sign-in"] = refused(401, "totp_required")
    await browser.sign_in()
    assert 'name="totp"' in browser.page
    backend.answers["POST /auth/sign-in"] = found(signed_in(), 201)
    await browser.send("/sign-in", email="a@b.lu", password="x", totp="123456")
    assert backend.body("/sign-in")["totp"] == "123456"


async def test_with_htmx_only_the_field_is_added_so_that_the_password_stays(
    browser: Browser, backend: StaffBackend
) -> None:
    await browser.open("/sign-in")
    backend.answers["POST /auth/sign-in"] = refused(401, "totp_required")
    await browser.send("/sign-in", htmx=True, email="a@b.lu", password="x")
    assert '<hx-partial hx-target="#totp-slot"' in browser.page
    assert 'name="password"' not in browser.page


async def test_who_works_at_several_stores_chooses_one(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /auth/sign-in"] = found(signed_in(ANNA_AT_THE_HUB, OUTLET), 201)
    await browser.sign_in()
    assert (await browser.open("/till")).headers["location"] == "/sign-in/store"
    await browser.open("/sign-in/store")
    await browser.send("/sign-in/store", store="SOMEWHERE ELSE")
    assert (await browser.open("/till")).headers["location"] == "/sign-in/store"
    await browser.open("/sign-in/store")
    await browser.send("/sign-in/store", store="FASHIONOUTLET")
    assert (await browser.open("/till")).status_code == 200
    assert backend.asked[-1].headers["x-store-code"] == "FASHIONOUTLET"


async def test_signing_out_ends_the_token_and_the_cookie(anna: Browser, backend: StaffBackend) -> None:
    await anna.send("/sign-out")
    assert backend.posts("/sign-out")[-1].headers["authorization"] == "Bearer secret-token"
    assert (await anna.open("/till")).headers["location"].startswith("/sign-in")


async def test_a_session_that_the_backend_ended_asks_to_sign_in_again(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /store/loyalty/till"] = refused(401, "session_expired")
    answer = await anna.send("/till/find", htmx=True, query="weber")
    assert answer.status_code == 401
    assert '<hx-partial hx-target="#lock"' in anna.page
    assert 'type="email" value="anna@fashion.example"' in anna.page
    assert (await anna.open("/till")).headers["location"] == "/sign-in?next=/till"


async def test_the_token_is_not_readable_in_the_browser(anna: Browser) -> None:
    cookie = anna.client.cookies["session"]
    assert "secret-token" not in cookie
    assert "secret-token" not in anna.page


async def test_a_cookie_that_was_changed_is_nobody(anna: Browser) -> None:
    cookie = anna.client.cookies["session"]
    anna.client.cookies.set("session", cookie[:-6] + "AAAAAA", domain="orion.test")
    assert (await anna.open("/till")).headers["location"].startswith("/sign-in")


async def test_an_older_key_still_opens_the_cookie_after_a_rotation(anna: Browser, backend: StaffBackend) -> None:
    rotated = Settings(environment="test", secret_keys=f"a new key,{SETTINGS.secret_keys}")
    later = Browser(app_with(backend, rotated))
    later.client.cookies = anna.client.cookies
    assert (await later.open("/till")).status_code == 200
    assert Browser(app_with(backend, Settings(environment="test", secret_keys="another key")))


async def test_over_https_the_cookies_cannot_be_planted() -> None:
    settings = Settings(public_url="https://cards.example", secret_keys="k")
    config = session_middleware(settings).kwargs["backend"].config
    assert (config.key, config.secure, config.httponly, config.samesite) == ("__Host-session", True, True, "strict")


async def test_the_start_says_what_this_is_and_leads_customers_to_their_card(browser: Browser) -> None:
    assert (await browser.open("/")).status_code == 200
    assert "Orion keeps points and stamps" in browser.text
    assert 'href="/sign-in"' in browser.page
    assert 'href="/c"' in browser.page


async def test_what_is_not_there_leads_to_the_start_and_not_to_another_try(browser: Browser) -> None:
    assert (await browser.open("/nowhere")).status_code == 404
    assert "Try again" not in browser.text
    assert 'href="/"' in browser.page


async def test_where_pages_are_https_no_browser_asks_for_one_without(backend: StaffBackend) -> None:
    told = Settings(environment="test", public_url="https://cards.example", secret_keys="k")
    answer = await Browser(app_with(backend, told)).open("/sign-in")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in (await Browser(app_with(backend)).open("/sign-in")).headers


async def test_a_till_that_people_have_signed_in_at_is_known_the_next_time(
    browser: Browser, backend: StaffBackend
) -> None:
    """Failed attempts of anonymous clients elsewhere do not lock out the till's users."""
    sent = []
    for proof in ("annas", "lucs", "annas"):
        backend.answers["POST /auth/sign-in"] = found(msgspec.structs.replace(signed_in(), known_device=proof))
        await browser.sign_in()
        sent.append(backend.posts("/auth/sign-in")[-1].headers.get("known-device"))
        await browser.send("/sign-out")
    assert sent == [None, "annas", "lucs,annas"]
    (cookie,) = [each for each in browser.client.cookies.jar if each.name == "known-device"]
    assert (cookie.value, cookie.has_nonstandard_attr("HttpOnly")) == ("annas.lucs", True)


async def test_a_person_sets_their_own_pin_with_their_password(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["PUT /auth/me/pin"] = httpx.Response(204)
    await anna.open("/account/pin")
    await anna.send("/account/pin", password="orion-demo-2026", pin="2468")
    assert json.loads(backend.asked[-1].content) == {"password": "orion-demo-2026", "pin": "2468"}
    assert "Your PIN is set." in anna.text


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"password": "x", "pin": "12"}, 422, "A PIN has 4 to 8 digits."),
        ({"password": "", "pin": "2468"}, 422, "Enter your password."),
        ({"password": "wrong", "pin": "2468"}, 403, "Sentence of password_wrong."),
    ],
)
async def test_a_pin_that_was_not_set_says_why_and_is_not_shown(
    anna: Browser, backend: StaffBackend, fields: dict[str, str], status: int, sentence: str
) -> None:
    backend.answers["PUT /auth/me/pin"] = refused(403, "password_wrong")
    await anna.open("/account/pin")
    assert (await anna.send("/account/pin", **fields)).status_code == status
    assert sentence in anna.text
    assert 'value="2468"' not in anna.page


@pytest.mark.parametrize("path", ["/till", "/till/today", "/till/enrollment", CARD_PATH])
async def test_at_the_till_whoever_was_signed_out_signs_in_over_the_page(
    anna: Browser, backend: StaffBackend, path: str
) -> None:
    for call in ("GET /store/loyalty/till", "GET /store/loyalty/transactions"):
        backend.answers[call] = refused(401, "unauthenticated")
    answer = await anna.open(path, **HTMX)
    assert answer.status_code == 401
    assert '<hx-partial hx-target="#lock"' in anna.page
    assert "hx-redirect" not in answer.headers
