"""Invisible characters of pasted text are removed before a form is validated, as in the API."""

import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from backend.loyalty.cards.schemas import CardMatches
from tests.frontend import canned
from tests.frontend.canned import found
from tests.frontend.conftest import Visit
from tests.frontend.staff_backend import CATEGORY, StaffBackend
from tests.frontend.staff_browser import CARD_PATH, Browser, Form

Client = httpx.AsyncClient

LOOKUP = "POST /store/loyalty/cards/lookup"
PASTED = ["\u200bann@x.lu", "ann@x.lu\u200e", "\ufeffAnn <ann@x.lu>\t", "\u2068ann@x.lu\u2069"]
asked: list[httpx.Request] = []


def noted(request: httpx.Request) -> httpx.Response:
    asked.append(request)
    return canned.answer(request)


@pytest.fixture
async def customer(visit: Visit) -> AsyncIterator[Client]:
    asked.clear()
    async with visit(noted) as client:
        yield client


async def fill_in(customer: Client, page: str, action: str, **fields: str) -> httpx.Response:
    form = (await customer.get(f"{page}?lang=en")).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    return await customer.post(f"{action}?lang=en", data=hidden | fields, follow_redirects=False)


@pytest.mark.parametrize("email", PASTED)
async def test_a_pasted_address_joins(customer: Client, email: str) -> None:
    answer = await fill_in(customer, "/j/FASHIONHUB", "/j/FASHIONHUB", email=email, accept_terms="yes")
    assert answer.status_code == 303
    assert json.loads(asked[-1].content)["email"] == "ann@x.lu"


@pytest.mark.parametrize("email", PASTED)
async def test_a_pasted_address_gets_its_link(customer: Client, email: str) -> None:
    answer = await fill_in(customer, "/c/nothing", "/c", email=email)
    assert "If this address has a card, its link is on the way." in answer.text
    assert json.loads(asked[-1].content)["email"].removeprefix("Ann ").strip("<>") == "ann@x.lu"


async def test_no_browser_refuses_by_itself_an_address_that_we_take(customer: Client) -> None:
    """Browsers refuse `Ann <ann@x.lu>` and `éric@x.lu` before the form is sent."""
    for path in ("/j/FASHIONHUB", "/c"):
        forms = re.findall(r'<form class="stack join"[^>]*>', (await customer.get(path)).text)
        assert [" novalidate" in form for form in forms] == [True]


async def test_a_customer_who_names_no_store_is_asked_for_it(customer: Client) -> None:
    answer = await fill_in(customer, "/c", "/c", email="ann@x.lu", store_code=" ")
    assert answer.status_code == 422
    assert "Enter the store code, like FASHIONHUB." in answer.text
    assert re.search(r'name="store_code"[^>]*aria-invalid="true"[^>]*autofocus', answer.text)
    assert not [request for request in asked if request.method == "POST"]


async def test_a_store_code_can_be_corrected_beside_a_wrong_address(customer: Client) -> None:
    answer = await fill_in(customer, "/c", "/c", email="ann", store_code="FASHOINHUB")
    assert answer.status_code == 422
    (field,) = re.findall(r'<input [^>]*name="store_code"[^>]*>', answer.text)
    assert 'value="FASHOINHUB"' in field
    assert 'type="hidden"' not in field


@pytest.mark.parametrize("email", PASTED)
async def test_what_is_pasted_at_the_till_enrolls(anna: Browser, backend: StaffBackend, email: str) -> None:
    pasted: Form = {"email": email, "first_name": "\u200bAnn", "phone": "\u202d+352 621 123 456\u202c"}
    answer = await anna.send("/till/enrollment", htmx=True, idem="e", **pasted)
    assert answer.status_code == 200, anna.text
    sent = backend.body("/enroll")
    assert (sent["email"], sent["first_name"], sent["phone"]) == ("ann@x.lu", "Ann", "+352 621 123 456")


@pytest.mark.parametrize(
    "query", ["\u202dtel:+352\u2013621\u2013123\u2013456\u202c", "+352\u00a0621\u00a0123\u00a0456"]
)
async def test_a_pasted_number_that_nobody_has_is_carried_into_the_field_for_numbers(
    anna: Browser, backend: StaffBackend, query: str
) -> None:
    backend.answers[LOOKUP] = found(CardMatches([]))
    await anna.send("/till/find", htmx=True, query=query)
    fields = dict(re.findall(r'name="(first_name|phone)"[^>]* value="([^"]*)"', anna.page))
    assert "+352" in fields["phone"]
    assert not fields["first_name"]
    answer = await anna.send("/till/enrollment", htmx=True, idem="e", email="zoe@example.com", phone=fields["phone"])
    assert answer.status_code == 200
    assert backend.body("/enroll")["phone"].startswith("+352")


async def test_a_pasted_code_amount_and_pin_are_what_they_look_like(anna: Browser, backend: StaffBackend) -> None:
    backend.answers[LOOKUP] = found(CardMatches([]))
    await anna.send("/till/find", htmx=True, query="\u202dBDFH–KLNP\u00a0RSTV.XGCJ\u202c")
    assert "No card has this code." in anna.text
    await anna.open(CARD_PATH)
    pasted: Form = {"amount": "\u202d41,50\u202c", "staff_pin": "2468\u200b", "category_ids": str(CATEGORY.id)}
    await anna.send(f"{CARD_PATH}/points", htmx=True, idem=anna.hidden("idem"), **pasted)
    assert backend.body("/points")["purchase_amount_cents"] == 4150
    assert backend.body("/points")["staff_pin"] == "2468"


async def test_a_password_is_taken_as_it_is_typed(browser: Browser, backend: StaffBackend) -> None:
    await browser.open("/sign-in")
    await browser.send("/sign-in", email="\u200bann@x.lu", password="\u200bpass\u00adword")
    assert backend.body("/sign-in")["password"] == "\u200bpass\u00adword"
    assert backend.body("/sign-in")["email"] == "ann@x.lu"
