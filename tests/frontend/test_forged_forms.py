"""A form's token is worth something in the session that it was shown in, and nowhere else."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from msgspec.structs import replace

from backend.identity.customers.schemas import CustomerSignInView
from backend.identity.factors.schemas import FactorAdded, SecondFactors
from backend.identity.schemas import MerchantRef, OnBehalfView, SessionView, SignInView, UserView
from frontend.app import create_app
from frontend.kit.csrf import EMAIL_CHOICES, REPORTS
from frontend.kit.keys import derived_keys
from tests.frontend.canned import ID, found
from tests.frontend.own_account import Backend as CustomersBackend
from tests.frontend.own_account import sign_in as sign_in_otto
from tests.frontend.staff_backend import StaffBackend, refused, signed_in, soon
from tests.frontend.staff_browser import CARD_PATH, SETTINGS, Browser, app_with
from tests.frontend.takeover import COLLEAGUES, SWITCH, lucs_session

SIGN_IN = "POST /auth/sign-in"
STALE = "Please reload this page"
Change = Callable[[Browser], Awaitable[httpx.Response]]


def answer_with(token: str) -> httpx.Response:
    view = signed_in()
    return found(SignInView(token, view.expires_at, view.user, "proof"), 201)


def renewed(token: str = "newer-token") -> SessionView:
    view = signed_in()
    return SessionView(token, view.expires_at, view.user)


def cookies_of(browser: Browser) -> dict[str, str]:
    return {cookie.name: cookie.value or "" for cookie in browser.client.cookies.jar}


def planted(browser: Browser) -> dict[str, str]:
    """The cookie of the forms, as somebody could plant it in another browser."""
    return {"csrf": cookies_of(browser)["csrf"]}


async def sent_with(browser: Browser, cookies: dict[str, str], path: str, **fields: str) -> httpx.Response:
    """A form with exactly these cookies; the browser's own stay as they are."""
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    async with httpx.AsyncClient(transport=browser.client._transport, base_url="http://orion.test") as sender:
        return await sender.post(path, data=fields, headers={"Cookie": header, "Accept-Language": "en"})


async def forged(victim: Browser, token: str, cookies: dict[str, str] | None = None) -> httpx.Response:
    """A booking with a token from elsewhere, and with the cookie that belongs to it."""
    cookies = cookies_of(victim) | (cookies or {})
    return await sent_with(victim, cookies, f"{CARD_PATH}/points", _csrf_token=token, amount="10")


@pytest.fixture
async def mallory(shared_app: Litestar, browser: Browser) -> AsyncIterator[Browser]:
    """Another browser at the same Orion."""
    mallory = Browser(shared_app)
    async with mallory.client:
        yield mallory


async def test_nobodys_token_is_refused_in_a_session_even_with_its_cookie(
    anna: Browser, mallory: Browser, backend: StaffBackend
) -> None:
    await mallory.open("/sign-in")
    token = mallory.hidden("_csrf_token")
    for cookies in ({}, planted(mallory)):
        answer = await forged(anna, token, cookies)
        assert (answer.status_code, STALE in answer.text) == (403, True)
    assert backend.posts("/points") == []


async def test_the_token_of_one_person_is_refused_in_the_session_of_another(
    anna: Browser, mallory: Browser, backend: StaffBackend
) -> None:
    backend.answers[SIGN_IN] = answer_with("mallorys-token")
    await mallory.sign_in()
    await mallory.open("/till")
    assert (await forged(anna, mallory.hidden("_csrf_token"), planted(mallory))).status_code == 403
    assert (await forged(anna, anna.hidden("_csrf_token"))).status_code == 303
    assert len(backend.posts("/points")) == 1


async def test_the_form_of_the_sign_in_is_worth_nothing_after_it(browser: Browser, backend: StaffBackend) -> None:
    await browser.open("/sign-in")
    before, cookie = browser.hidden("_csrf_token"), planted(browser)
    await browser.sign_in()
    assert (await forged(browser, before, cookie)).status_code == 403
    await browser.open("/till")
    after, cookie = browser.hidden("_csrf_token"), planted(browser)
    assert (await browser.send("/sign-out")).status_code == 303
    assert (await forged(browser, after)).status_code == 403
    backend.answers[SIGN_IN] = answer_with("the next token")
    await browser.sign_in()
    for cookies in ({}, cookie):
        assert (await forged(browser, after, cookies)).status_code == 403


async def _confirm(anna: Browser) -> httpx.Response:
    await anna.open("/profile/confirm")
    return await anna.send("/profile/confirm", password="orion-demo-2026")


async def _set_password(anna: Browser) -> httpx.Response:
    await anna.open("/profile/password")
    return await anna.send("/profile/password", password="a new password of mine")


async def _add_authenticator(anna: Browser) -> httpx.Response:
    return await anna.send("/profile/authenticator", secret="S", address="a", enrollment="sealed", code="123456")


async def _switch_merchant(anna: Browser) -> httpx.Response:
    return await anna.send("/sign-in/merchant", merchant="aurora")


async def _take_over(anna: Browser) -> httpx.Response:
    await anna.send("/till/lock", htmx=True)
    return await anna.send("/till/unlock", user_id=str(UUID(int=77)), staff_pin="1357", next=CARD_PATH)


CHANGES: dict[str, tuple[str, httpx.Response, Change]] = {
    "confirmed with password and factor": ("POST /auth/me/confirmation", found(renewed()), _confirm),
    "another password": ("PUT /auth/me/password", found(renewed()), _set_password),
    "a second factor": ("PUT /auth/me/authenticator", found(FactorAdded(renewed(), [])), _add_authenticator),
    "another merchant": ("POST /auth/merchant", found(renewed(), 201), _switch_merchant),
    "a colleague at the till": (SWITCH, found(lucs_session(), 201), _take_over),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_each_change_of_rights_begins_a_session_and_ends_the_forms_of_the_one_before(
    anna: Browser, backend: StaffBackend, change: str
) -> None:
    operation, answer, make = CHANGES[change]
    backend.answers |= {
        operation: answer,
        "GET /auth/me/second-factors": found(SecondFactors(False, [], 0, False, is_confirmed=False)),
        COLLEAGUES: httpx.Response(200, json={"data": []}),
    }
    await anna.open(CARD_PATH)
    before, cookie = anna.hidden("_csrf_token"), planted(anna)
    assert (await make(anna)).status_code == 303
    await anna.open("/till")
    assert backend.asked[-1].headers["authorization"] != "Bearer secret-token"
    for cookies in ({}, cookie):
        assert (await forged(anna, before, cookies)).status_code == 403
    assert (await forged(anna, anna.hidden("_csrf_token"))).status_code == 303


async def test_acting_for_a_merchant_is_a_session_of_its_own(browser: Browser, backend: StaffBackend) -> None:
    ada = UserView(ID, "ada@orion.example", "Ada", "super_admin", None, ["merchants.manage"], None, [])
    until = OnBehalfView("Ticket 4711", soon() + timedelta(minutes=30))
    shop = MerchantRef(ID, "fashion", "Fashion", "fr")
    acting = UserView(ID, ada.email, "Ada", "merchant_owner", None, [], shop, [], on_behalf=until)
    backend.answers |= {
        SIGN_IN: found(SignInView("adas-token", soon(), ada, "proof"), 201),
        "POST /admin/merchants/fashion/on-behalf": found(SessionView("acting-token", soon(), acting), 201),
        "DELETE /merchant/on-behalf": httpx.Response(204),
    }
    await browser.sign_in()
    await browser.open("/admin")
    own = browser.hidden("_csrf_token")
    await browser.send("/admin/merchants/fashion/on-behalf", reason="Ticket 4711")
    await browser.open("/office/staff")
    on_behalf = browser.hidden("_csrf_token")
    assert own != on_behalf
    assert (await browser.client.post("/on-behalf/end", data={"_csrf_token": own})).status_code == 403
    await browser.send("/on-behalf/end")
    assert (await browser.client.post("/preferences", data={"_csrf_token": on_behalf})).status_code == 403


async def test_a_form_behind_a_link_of_another_site_works(anna: Browser) -> None:
    """The browser opens it without the session's strict cookie, and sends it with that cookie."""
    token = anna.hidden("_csrf_token")
    lax = {name: value for name, value in cookies_of(anna).items() if name != "session"}
    header = "; ".join(f"{name}={value}" for name, value in lax.items())
    link = await anna.client.get("/forgotten", headers={"Cookie": header, "Sec-Fetch-Site": "cross-site"})
    assert f'value="{token}"' in link.text
    assert "csrf" not in link.headers.get("set-cookie", "")
    sent = await sent_with(anna, cookies_of(anna), "/preferences", _csrf_token=token, lang="de")
    assert sent.status_code == 303


async def test_a_page_that_stays_while_somebody_signs_in_over_it_learns_its_new_token(
    anna: Browser, backend: StaffBackend
) -> None:
    backend.answers["POST /store/loyalty/cards/*/points"] = refused(401, "session_expired")
    out = await anna.send(f"{CARD_PATH}/points", htmx=True, amount="10")
    token = out.headers["csrf-token"]
    assert token == anna.hidden("_csrf_token")
    backend.answers[SIGN_IN] = answer_with("the next token")
    back = await anna.send(
        "/sign-in",
        htmx=True,
        over="1",
        email="anna@fashion.example",
        password="orion-demo-2026",
        page_email="anna@fashion.example",
        page_store="FASHIONHUB",
    )
    assert 'hx-target="#lock"' in back.text
    assert (await forged(anna, token)).status_code == 403
    backend.answers["POST /store/loyalty/cards/*/points"] = refused(409, "conflict")
    assert (await forged(anna, back.headers["csrf-token"])).status_code == 409, "the backend is asked"


async def test_forms_stay_valid_when_a_key_is_added(anna: Browser) -> None:
    app = create_app(replace(SETTINGS, secret_keys=f"{'n' * 32},{SETTINGS.secret_keys}"))
    older = hmac.new(derived_keys(SETTINGS.keys, "csrf")[0], b"an id", hashlib.sha256).hexdigest()
    later = Browser(app)
    async with later.client:
        later.client.cookies.set("csrf", "an id")
        answer = await later.client.post("/preferences", data={"_csrf_token": older, "lang": "de"})
        assert answer.status_code == 303
        await later.open("/sign-in")
        assert later.hidden("_csrf_token") != older


async def test_the_token_of_one_customer_is_refused_in_the_account_of_another() -> None:
    backend = CustomersBackend()
    otto, mallory = (Browser(create_app(SETTINGS, httpx.MockTransport(backend))) for _ in range(2))
    async with otto.client, mallory.client:
        await sign_in_otto(otto)
        await otto.open("/account")
        backend.answers["POST", "/sessions"] = found(CustomerSignInView("mallorys token", soon()), 201)
        await mallory.open("/account?store=FASHIONHUB")
        nobodys = mallory.hidden("_csrf_token")
        await sign_in_otto(mallory)
        await mallory.open("/account")
        for token in (nobodys, mallory.hidden("_csrf_token"), ""):
            cookies = cookies_of(otto) | planted(mallory)
            answer = await sent_with(otto, cookies, "/account/sign-out-everywhere", _csrf_token=token)
            assert answer.status_code == 403
        assert backend.asked_at("/sign-out-everywhere") == []
        assert (await otto.submit("/account/sign-out-everywhere")).status_code == 303


async def test_staff_who_are_customers_too_use_both(anna: Browser, backend: StaffBackend) -> None:
    """Each form is of the session that it acts for."""
    otto = CustomersBackend()

    def answer(request: httpx.Request) -> httpx.Response:
        return otto(request) if "/storefront/" in request.url.path else backend(request)

    both = Browser(app_with(answer))  # type: ignore[arg-type]
    async with both.client:
        await both.sign_in()
        await sign_in_otto(both)
        await both.open("/account")
        of_customer = both.hidden("_csrf_token")
        await both.open("/till")
        of_staff = both.hidden("_csrf_token")
        assert of_customer != of_staff
        assert (await forged(both, of_customer)).status_code == 403
        refused_there = await both.client.post("/account/sign-out", data={"_csrf_token": of_staff})
        assert refused_there.status_code == 403
        assert (await forged(both, of_staff)).status_code == 303
        assert (await both.client.post("/account/sign-out", data={"_csrf_token": of_customer})).status_code == 303


async def test_no_page_takes_a_form_without_a_token(anna: Browser, shared_app: Litestar) -> None:
    """From the table of routes: a new one is covered on its first day."""
    walked = 0
    for route in shared_app.routes:
        assert isinstance(route, HTTPRoute)
        unsafe = route.methods - {"GET", "HEAD", "OPTIONS"}
        if not unsafe or route.path == REPORTS or route.path.startswith(EMAIL_CHOICES):
            continue
        path = "/".join(_sample(part) for part in route.path_components) if route.path_components else ""
        for method in unsafe:
            answer = await anna.client.request(method, f"/{path}", data={"a": "b"})
            assert (answer.status_code, STALE in answer.text) == (403, True), route.path
            walked += 1
    assert walked > 60


def _sample(part: object) -> str:
    """A value for a parameter of an address."""
    if isinstance(part, str):
        return part
    return str(ID) if getattr(part, "type", str) is UUID else "x"
