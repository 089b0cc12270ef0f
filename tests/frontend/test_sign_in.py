import httpx
import msgspec
import pytest

from frontend.kit.session import session_middleware
from frontend.settings import Settings
from tests.frontend.canned import found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, OUTLET, StaffBackend, refused, signed_in
from tests.frontend.staff_browser import CARD_PATH, HTMX, SETTINGS, Browser, Form, app_with


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


NEXT = {"attempt": "the-attempt", "methods": ["passkey", "totp", "recovery_code"], "passkey": {"challenge": "abc"}}


async def test_the_second_factor_is_asked_for_on_a_page_of_its_own(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /auth/sign-in"] = refused(401, "second_factor_required", **NEXT)
    assert (await browser.sign_in(next="/till/today")).status_code == 200
    assert 'name="password"' not in browser.page
    assert 'data-options="{&#34;challenge&#34;: &#34;abc&#34;}"' in browser.page
    backend.answers["POST /auth/sign-in/second-factor"] = found(signed_in(), 201)
    answer = await browser.submit("/sign-in/second-factor", code="123 456")
    sent = {name: value for name, value in backend.body("/second-factor").items() if value}
    assert sent == {"attempt": "the-attempt", "totp": "123456"}
    assert answer.headers["location"] == "/till/today"


@pytest.mark.parametrize(
    ("entered", "sent"),
    [
        ({"code": "ABCD-EFGH-JKMN-PQRS"}, {"recovery_code": "ABCD-EFGH-JKMN-PQRS"}),
        ({"passkey": '{"rawId": "x"}'}, {"passkey": {"rawId": "x"}}),
        ({"passkey": "no JSON"}, {"passkey": {}}),
        ({"passkey": '{"rawId": "\\ud800"}'}, {"passkey": {}}),
    ],
)
async def test_a_recovery_code_and_a_passkey_are_second_factors_too(
    browser: Browser, backend: StaffBackend, entered: Form, sent: dict[str, object]
) -> None:
    backend.answers["POST /auth/sign-in"] = refused(401, "second_factor_required", **NEXT)
    backend.answers["POST /auth/sign-in/second-factor"] = found(signed_in(), 201)
    await browser.sign_in()
    await browser.send("/sign-in/second-factor", attempt="the-attempt", **entered)
    sent_body = {name: value for name, value in backend.body("/second-factor").items() if value is not None}
    assert sent_body == {"attempt": "the-attempt"} | sent


async def test_a_wrong_code_leaves_the_step_open_and_an_ended_one_starts_over(
    browser: Browser, backend: StaffBackend
) -> None:
    backend.answers["POST /auth/sign-in"] = refused(401, "second_factor_required", **NEXT)
    await browser.sign_in()
    backend.answers["POST /auth/sign-in/second-factor"] = refused(403, "second_factor_refused")
    await browser.submit("/sign-in/second-factor", code="000000")
    assert "Sentence of second_factor_refused." in browser.says("code")
    assert browser.hidden("attempt") == "the-attempt"
    assert (await browser.submit("/sign-in/second-factor", code=" ")).status_code == 422
    backend.answers["POST /auth/sign-in/second-factor"] = refused(410, "step_ended")
    await browser.submit("/sign-in/second-factor", code="000000")
    assert "Sentence of step_ended." in browser.text
    assert 'name="password"' in browser.page


async def test_over_the_till_the_second_step_covers_it_as_well(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /auth/sign-in"] = refused(401, "second_factor_required", **NEXT)
    await anna.send("/sign-in", htmx=True, over="1", email="a@b.lu", password="x")
    assert '<hx-partial hx-target="#lock"' in anna.page
    assert 'id="over-code"' in anna.page


async def test_a_passkey_alone_signs_in(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /auth/sign-in/passkey-options"] = httpx.Response(201, json={"step": "s", "options": {"a": 1}})
    backend.answers["POST /auth/sign-in/passkey"] = found(signed_in(), 201)
    await browser.open("/sign-in")
    answer = await browser.client.post(
        "/sign-in/passkey-options", headers={"X-CSRF-Token": browser.hidden("_csrf_token")}
    )
    assert answer.json() == {"step": "s", "options": {"a": 1}}
    arrived = await browser.send("/sign-in/passkey", step="s", passkey='{"rawId": "x"}', next="/")
    assert arrived.headers["location"] == "/till"
    await browser.send("/sign-out")
    backend.answers["POST /auth/sign-in/passkey"] = refused(403, "passkey_refused")
    await browser.open("/sign-in")
    assert (await browser.send("/sign-in/passkey", step="s", passkey="{}", next="/")).status_code == 403
    assert "Sentence of passkey_refused." in browser.text


async def test_a_person_who_works_at_several_stores_chooses_one(browser: Browser, backend: StaffBackend) -> None:
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


async def test_after_a_part_of_a_page_was_asked_for_the_sign_in_leads_back_to_the_page(browser: Browser) -> None:
    part = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://orion.test/admin"}
    assert (await browser.open("/admin/wallets/state", **part)).headers["hx-redirect"] == "/sign-in?next=/admin"
    assert (await browser.open("/admin/wallets")).headers["location"] == "/sign-in?next=/admin/wallets"


async def test_only_what_may_succeed_the_next_time_is_offered_once_more(anna: Browser, backend: StaffBackend) -> None:
    for status, offered in ((403, False), (404, False), (429, True), (500, True)):
        backend.answers["GET /store/loyalty/pins"] = refused(status, "refused")
        await anna.open("/till/pins")
        assert ("Try again" in anna.text) is offered, status


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


@pytest.mark.parametrize("path", ["/till", "/till/today", "/till/enrollment", CARD_PATH])
async def test_at_the_till_a_person_who_was_signed_out_signs_in_over_the_page(
    anna: Browser, backend: StaffBackend, path: str
) -> None:
    for call in ("GET /store/loyalty/till", "GET /store/loyalty/transactions"):
        backend.answers[call] = refused(401, "unauthenticated")
    answer = await anna.open(path, **HTMX)
    assert answer.status_code == 401
    assert '<hx-partial hx-target="#lock"' in anna.page
    assert "hx-redirect" not in answer.headers
