"""The join page against a fake backend."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from frontend.join.benefits import describe_benefits
from i18n.locales import LANGUAGES
from tests.frontend import canned
from tests.frontend.conftest import Visit

Client = httpx.AsyncClient

LARGEST_PAGE = 60 * 1024


@pytest.fixture
async def customer(visit: Visit) -> AsyncIterator[Client]:
    async with visit(canned.answer) as client:
        yield client


async def join(customer: Client, path: str = "/j/FASHIONHUB", **fields: str) -> httpx.Response:
    """Acts as a browser without scripts: opens the page, fills in the form, submits it."""
    form = (await customer.get("/j/FASHIONHUB?lang=en")).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    return await customer.post(f"{path}?lang=en", data=hidden | fields, follow_redirects=False)


async def test_the_poster_opens_the_page_in_upper_or_lower_case(customer: Client) -> None:
    for path in ("/j/FASHIONHUB", "/j/fashionhub"):
        answer = await customer.get(path)
        assert answer.status_code == 200
        assert "Fashion Hub" in answer.text


async def test_the_page_is_light_and_needs_no_script(customer: Client) -> None:
    page = (await customer.get("/j/FASHIONHUB")).text
    assert len(page.encode()) < LARGEST_PAGE
    assert "<script" not in page
    assert "style=" not in page


@pytest.mark.parametrize(
    ("wished", "language"),
    [("lb-LU,de;q=0.8", "lb"), ("zh,fr;q=0.5", "fr"), ("zh", "fr"), ("de", "de"), ("en-GB", "en")],
)
async def test_the_first_language_is_the_browsers(customer: Client, wished: str, language: str) -> None:
    page = await customer.get("/j/FASHIONHUB", headers={"Accept-Language": wished})
    assert f'<html lang="{language}"' in page.text
    assert page.headers["content-language"] == language
    for other in LANGUAGES:
        assert f'href="?lang={other}" lang="{other}"' in page.text


async def test_the_promise_names_the_real_numbers(customer: Client) -> None:
    page = (await customer.get("/j/FASHIONHUB?lang=en")).text
    assert "1 point for every euro" in page
    assert "After 10 stamps: Coffee." in page
    assert "50 points as a welcome gift." in page


@pytest.mark.parametrize(
    ("per_euro", "words"),
    [
        ("1", "1 point for every euro you spend, on your phone."),
        ("2", "2 points for every euro you spend, on your phone."),
        ("1/50", "1 point for every 50 euros you spend, on your phone."),
        ("3/2", "3 points for every 2 euros you spend, on your phone."),
    ],
)
def test_a_fraction_of_a_point_is_promised_in_whole_numbers(per_euro: str, words: str) -> None:
    terms = canned.changed(canned.PROGRAM.terms, points_per_euro=per_euro, welcome_bonus_points=0)
    assert describe_benefits(canned.changed(canned.PROGRAM, type="points", terms=terms), "en") == words


async def test_the_terms_can_be_read_before_they_are_accepted(customer: Client) -> None:
    page = (await customer.get("/j/FASHIONHUB?lang=en")).text
    assert "<details" in page
    assert "One card for each person." in page


async def test_the_button_wears_the_merchants_color(customer: Client) -> None:
    page = (await customer.get("/j/FASHIONHUB")).text
    (address,) = re.findall(r'href="(/brand/[^"]+)"', page)
    css = await customer.get(address)
    assert css.headers["content-type"].startswith("text/css")
    assert "--brand:#0f5c4b;--on-brand:#ffffff" in css.text


async def test_a_new_customer_joins_and_sees_the_card(customer: Client) -> None:
    answer = await join(customer, email="new@example.com", first_name="Zoé", accept_terms="yes")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/c/{canned.TOKEN}?lang=en&welcome=mailed"
    card = (await customer.get(answer.headers["location"])).text
    assert "Welcome, your card is ready." in card
    assert "BDFH KLNP RSTV XGCJ" in card


async def test_an_address_that_has_a_card_gets_it_by_mail_only(customer: Client) -> None:
    answer = await join(customer, email="known@example.com", accept_terms="yes")
    assert answer.status_code == 200
    assert "We have sent the card to your email address" in answer.text
    assert "Fashion Outlet" in answer.text
    assert canned.CODE not in answer.text.replace(" ", "")


async def test_the_same_form_sent_twice_is_one_enrollment_and_another_address_is_another(visit: Visit) -> None:
    keys: list[str] = []

    def noted(request: httpx.Request) -> httpx.Response:
        keys.extend(request.headers.get_list("idempotency-key"))
        return canned.answer(request)

    async with visit(noted) as customer:
        form = (await customer.get("/j/FASHIONHUB")).text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        for email in ("a@example.com", "a@example.com", "b@example.com"):
            await customer.post("/j/FASHIONHUB", data=hidden | {"email": email, "accept_terms": "yes"})
    first, again, other = keys
    assert first == again != other


async def test_everything_wrong_is_said_at_once_and_the_cursor_is_in_the_first_field(customer: Client) -> None:
    answer = await join(customer, email="marie@", first_name="Marie")
    assert answer.status_code == 422
    assert re.search(r'<input id="email"[^>]*value="marie@"[^>]*aria-invalid="true"[^>]*autofocus', answer.text)
    assert "Enter your email address, like marie@example.com." in answer.text
    assert "Please accept the terms to get a card." in answer.text
    assert "Please check the fields marked below." in answer.text
    assert answer.text.count("autofocus") == 1
    assert 'value="Marie"' in answer.text


async def test_without_the_tick_the_cursor_is_at_the_tick(customer: Client) -> None:
    answer = await join(customer, email="marie@example.com")
    assert answer.status_code == 422
    assert re.search(r'name="accept_terms"[^>]*aria-invalid="true"[^>]*autofocus', answer.text)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/j/CLOSED", 200, "Enrollment is closed"),
        ("/j/OFF", 200, "Points and stamps on your card are kept."),
        ("/j/NOWHERE", 404, "There is no store at this address"),
        ("/j/BUSY", 429, "Please wait a minute"),
        ("/j/AWAY", 503, "No answer"),
    ],
)
async def test_a_page_that_cannot_be_joined_says_why(customer: Client, path: str, status: int, words: str) -> None:
    answer = await customer.get(f"{path}?lang=en")
    assert answer.status_code == status
    assert words in answer.text


@pytest.mark.parametrize("path", ["/j/CLOSED", "/j/OFF", "/j/NOWHERE", "/j/BUSY", "/j/AWAY"])
async def test_no_page_that_cannot_be_joined_is_a_dead_end(customer: Client, path: str) -> None:
    (main,) = re.findall(r"<main.*</main>", (await customer.get(f"{path}?lang=en")).text, re.DOTALL)
    assert re.search(r'<a[^>]* href="/|<button', main)


async def test_a_customer_who_followed_a_wrong_poster_finds_the_start_and_their_card(customer: Client) -> None:
    page = (await customer.get("/j/NOWHERE?lang=en")).text
    assert '<a class="button wide" href="/">Go to the home page</a>' in page
    assert '<a href="/c">I have a card and lost its link</a>' in page


async def test_without_an_answer_what_was_written_is_kept_with_its_key(customer: Client) -> None:
    answer = await join(customer, "/j/AWAY", email="new@example.com", first_name="Zoé", accept_terms="yes")
    assert answer.status_code == 503
    for name, value in (("email", "new@example.com"), ("first_name", "Zoé"), ("accept_terms", "yes")):
        assert f'name="{name}" value="{value}"' in answer.text
    assert re.search(r'name="idem" value="[0-9a-f-]{36}"', answer.text)


@pytest.mark.parametrize("name", ["www.evil.example", "evil\u200d.example"])
async def test_a_name_that_is_an_advertisement_is_refused_beside_its_field(customer: Client, name: str) -> None:
    answer = await join(customer, email="new@example.com", first_name=name, accept_terms="yes")
    assert answer.status_code == 422
    assert "Enter a name of at most 100 characters, without web addresses." in answer.text


async def test_a_rewards_picture_is_shown_beside_its_name(customer: Client) -> None:
    page = (await customer.get("/j/PICTURES")).text
    assert f'<img class="thumb" src="/pictures/{canned.PICTURE}" alt="" width="48" height="48" loading="lazy">' in page
    assert page.count('class="thumb"') == 2
    assert "thumb" not in (await customer.get("/j/FASHIONHUB")).text
