"""The page behind the unsubscribe link of an email, against a made-up backend."""

from collections.abc import AsyncIterator

import httpx
import pytest

from i18n.translator import get_translator
from tests.frontend import canned
from tests.frontend.conftest import Visit
from tests.frontend.staff_browser import Form

Client = httpx.AsyncClient

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def asked() -> list[httpx.Request]:
    return []


@pytest.fixture
async def reader(asked: list[httpx.Request], visit: Visit) -> AsyncIterator[Client]:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return canned.answer(request)

    async with visit(answer) as client:
        yield client


def methods(asked: list[httpx.Request]) -> list[str]:
    return [request.method for request in asked]


async def test_opening_the_link_stops_nothing_because_mail_scanners_open_every_link(
    reader: Client, asked: list[httpx.Request]
) -> None:
    page = (await reader.get(f"/u/{canned.TOKEN}?lang=en")).text
    await reader.head(f"/u/{canned.TOKEN}")
    assert set(methods(asked)) == {"GET"}
    assert "You get birthday emails and news from Fashion Group." in page
    assert f'<form method="post" action="/u/{canned.TOKEN}?lang=en">' in page


@pytest.mark.parametrize("form", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}, {}])
async def test_a_mail_program_stops_the_emails_with_one_post(
    reader: Client, asked: list[httpx.Request], form: Form
) -> None:
    """RFC 8058: without cookies, with either encoding of forms, and without a redirect."""
    for _ in range(2):
        answer = await reader.post(f"/u/{canned.TOKEN}", follow_redirects=False, **form)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert methods(asked) == ["PUT", "PUT"]
    assert [request.content for request in asked] == [b'{"accept_marketing":false}'] * 2


async def test_a_webmail_of_another_site_may_send_the_post(reader: Client) -> None:
    headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    assert (await reader.post(f"/u/{canned.TOKEN}", data=ONE_CLICK, headers=headers)).status_code == 200


async def test_the_page_says_what_was_stopped_what_still_comes_and_how_to_undo_it(reader: Client) -> None:
    page = (await reader.post(f"/u/{canned.TOKEN}?lang=en")).text
    assert "Done, you are unsubscribed." in page
    assert "No more birthday emails and no more news from Fashion Group." in page
    assert "Emails about your card itself are sent in any case" in page
    assert f'<form method="post" action="/u/{canned.TOKEN}/resume?lang=en">' in page
    assert "Undo: keep sending them" in page


async def test_undo_brings_the_emails_back(reader: Client, asked: list[httpx.Request]) -> None:
    answer = await reader.post(f"/u/{canned.TOKEN}/resume", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/u/{canned.TOKEN}")
    assert asked[0].content == b'{"accept_marketing":true}'


async def test_a_customer_who_has_unsubscribed_a_moment_ago_still_finds_the_undo(reader: Client) -> None:
    page = (await reader.get("/u/stopped?lang=en")).text
    assert "You get no birthday emails and no news from Fashion Group." in page
    assert "Undo: keep sending them" in page


async def test_a_customer_who_gets_no_marketing_is_sent_to_the_till_for_it(reader: Client) -> None:
    """Also from a page that was opened before the day was over."""
    answer = await reader.post("/u/never/resume?lang=en", follow_redirects=True)
    for page in ((await reader.get("/u/never?lang=en")).text, answer.text):
        assert "You get no birthday emails and no news from Fashion Group." in page
        assert "tell the staff at the till" in page
        assert "<button" not in page.partition("</main>")[0].partition("<main")[2]


async def test_the_page_is_in_the_customers_language(reader: Client) -> None:
    page = (await reader.get(f"/u/{canned.TOKEN}", headers={"Accept-Language": "de"})).text
    assert '<html lang="fr"' in page
    assert get_translator("fr").pgettext("button", "Unsubscribe") in page


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_wrong_link_reveals_nothing(reader: Client, method: str) -> None:
    pages = {(await reader.request(method, f"/u/{token}?lang=en")).text for token in ("forged", "x" * 64)}
    assert all("This link does not work any more" in page for page in pages)
    assert (await reader.request(method, "/u/forged")).status_code == 404


async def test_too_many_tries_wait_a_minute(reader: Client) -> None:
    answer = await reader.post("/u/BUSY?lang=en")
    assert answer.status_code == 429
    assert "Please wait a minute" in answer.text
