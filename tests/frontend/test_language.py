"""The language of a page: from the address, the user, the customer, the cookie, the browser, the store."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.frontend import canned
from tests.frontend.canned import changed, found
from tests.frontend.conftest import Visit
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, OUTLET, StaffBackend, refused, signed_in
from tests.frontend.staff_browser import Browser

Client = httpx.AsyncClient

CARD_PAGE = f"/c/{canned.TOKEN}"


class CustomerBackend:
    """The customer reads German, and so does the merchant; the store speaks Luxembourgish."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.customers: str = "de"
        self.speaks: dict[str, str | None] = {"store_language": "lb", "merchant_language": "de"}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.method == "PATCH":
            return canned.answer(httpx.Request("GET", request.url))
        answer = canned.answer(request)
        document = json.loads(answer.content)
        if "card" in document:
            document["card"]["customer"]["language"] = self.customers
        document |= self.speaks if "merchant_language" in document else {}
        return httpx.Response(answer.status_code, json=document)


@pytest.fixture
def customer_backend() -> CustomerBackend:
    return CustomerBackend()


@pytest.fixture
async def customer(customer_backend: CustomerBackend, visit: Visit) -> AsyncIterator[Client]:
    async with visit(customer_backend) as client:
        yield client


def language(page: httpx.Response) -> str:
    return page.text.partition('<html lang="')[2].partition('"')[0]


async def test_the_menu_saves_the_choice_of_who_is_signed_in(anna: Browser, backend: StaffBackend) -> None:
    await anna.send("/preferences", lang="de", next="/till")
    (saved,) = [request for request in backend.asked if request.method == "PATCH"]
    assert (saved.url.path, json.loads(saved.content)) == ("/api/v1/auth/me", {"language": "de"})
    anna.client.cookies.delete("lang")
    assert language(await anna.open("/till")) == "de"
    assert backend.asked[-1].headers["accept-language"] == "de"


async def test_a_choice_holds_for_this_sign_in_while_the_backend_cannot_save_it(
    anna: Browser, backend: StaffBackend
) -> None:
    backend.answers["PATCH /auth/me"] = refused(503, "unavailable")
    await anna.send("/preferences", lang="lb", next="/till")
    assert language(await anna.open("/till")) == "lb"


async def test_a_saved_choice_wins_over_the_cookie_of_the_browser_and_the_address_over_both(anna: Browser) -> None:
    await anna.send("/preferences", lang="de", next="/till")
    anna.client.cookies.set("lang", "fr", domain="orion.test", path="/")
    assert language(await anna.open("/till")) == "de"
    assert language(await anna.open("/till?lang=lb")) == "lb"
    assert language(await anna.open("/till?lang=pt")) == "de"


async def test_a_customers_page_is_in_the_language_the_customer_has_saved(
    customer: Client, customer_backend: CustomerBackend
) -> None:
    page = await customer.get(CARD_PAGE, headers={"Accept-Language": "fr-CH", "Cookie": "lang=lb"})
    assert language(page) == "de"
    assert [request.headers["accept-language"] for request in customer_backend.asked] == ["lb", "de"]
    assert language(await customer.get(f"{CARD_PAGE}?lang=en")) == "en"


async def test_a_customer_saves_another_language_on_the_own_page(
    customer: Client, customer_backend: CustomerBackend
) -> None:
    page = (await customer.get(CARD_PAGE)).text
    token = page.partition('name="_csrf_token" value="')[2].partition('"')[0]
    fields = {"_csrf_token": token, "lang": "lb"}
    answer = await customer.post(f"{CARD_PAGE}/language", data=fields, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, CARD_PAGE)
    saved = customer_backend.asked[-1]
    assert saved.url.path == f"/api/v1/storefront/loyalty/cards/{canned.TOKEN}"
    assert (saved.method, json.loads(saved.content)) == ("PATCH", {"language": "lb"})
    known = len(customer_backend.asked)
    await customer.post(f"{CARD_PAGE}/language", data=fields | {"lang": "xx"}, follow_redirects=False)
    assert len(customer_backend.asked) == known, "what we do not speak is not saved"


@pytest.mark.parametrize(("accepted", "shown"), [("zh", "lb"), ("zh, de-LU;q=0.5", "de"), ("", "lb")])
async def test_an_anonymous_customer_without_a_language_of_ours_reads_the_stores(
    customer: Client, accepted: str, shown: str
) -> None:
    page = await customer.get("/j/FASHIONHUB", headers={"Accept-Language": accepted})
    assert language(page) == shown
    assert ('action="/j/FASHIONHUB?lang=lb"' in page.text) == (shown == "lb"), "the form is answered in it, too"


@pytest.mark.parametrize(("store", "merchant", "shown"), [("lb", "de", "lb"), (None, "de", "de"), ("zh", "zh", "fr")])
async def test_pages_of_customers_end_in_the_stores_the_merchants_and_then_the_platforms_language(
    customer: Client, customer_backend: CustomerBackend, store: str | None, merchant: str, shown: str
) -> None:
    customer_backend.customers = "zh"
    customer_backend.speaks = {"store_language": store, "merchant_language": merchant}
    for address in ("/j/FASHIONHUB", CARD_PAGE):
        assert language(await customer.get(address, headers={"Accept-Language": "zh"})) == shown


@pytest.mark.parametrize(("store", "merchant", "shown"), [("lb", "de", "lb"), (None, "de", "de"), ("zh", "zh", "fr")])
async def test_pages_of_staff_end_in_the_stores_the_merchants_and_then_the_platforms_language(
    browser: Browser, backend: StaffBackend, store: str | None, merchant: str, shown: str
) -> None:
    hub = changed(ANNA_AT_THE_HUB, language=store)
    told = signed_in(hub)
    assert told.user.merchant is not None
    of_merchant = changed(told.user, merchant=changed(told.user.merchant, language=merchant))
    backend.answers["POST /auth/sign-in"] = found(changed(told, user=of_merchant), 201)
    await browser.sign_in()
    assert language(await browser.open("/till", **{"Accept-Language": "zh"})) == shown
    assert backend.asked[-1].headers["accept-language"] == shown, "what the backend says is in it, too"
    assert language(await browser.open("/till", **{"Accept-Language": "en"})) == "en"


async def test_staff_of_several_stores_read_the_language_of_the_one_they_work_at(
    browser: Browser, backend: StaffBackend
) -> None:
    stores = [changed(ANNA_AT_THE_HUB, language="lb"), changed(OUTLET, language="de")]
    backend.answers["POST /auth/sign-in"] = found(signed_in(*stores), 201)
    await browser.sign_in()
    browser.client.headers["Accept-Language"] = "zh"
    assert language(await browser.open("/sign-in/store")) == "fr", "no store is chosen yet, and the merchant is French"
    for store, shown in (("FASHIONOUTLET", "de"), ("FASHIONHUB", "lb")):
        await browser.send("/sign-in/store", store=store)
        assert language(await browser.open("/till")) == shown
