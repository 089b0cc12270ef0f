"""At the till: revoking a card link that somebody else has."""

import httpx

from backend.loyalty.ledger.schemas.cards import RelinkingView
from tests.frontend.canned import CARD, changed, found
from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import CARD_PATH, Browser

LINKS = "/links"
PATH = CARD_PATH + LINKS


async def press(anna: Browser, *, htmx: bool = True) -> httpx.Response:
    await anna.open(CARD_PATH)
    assert f'action="{PATH}"' in anna.page
    return await anna.send(PATH, htmx=htmx, idem=anna.hidden("idem"))


async def test_anna_ends_a_link_and_reads_where_the_new_one_went(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /store/loyalty/cards/*/links"] = found(RelinkingView(CARD))
    for htmx in (True, False):
        answer = await press(anna, htmx=htmx)
        if not htmx:
            await anna.open(answer.headers["location"])
        assert f"The old link no longer works. A new one was emailed to {CARD.customer.email}." in anna.text
    assert all(request.headers["idempotency-key"].endswith(".links") for request in backend.posts(LINKS))
    assert len(backend.posts(LINKS)) == 2


async def test_a_link_that_cannot_be_ended_now_says_why(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /store/loyalty/cards/*/links"] = refused(409, "card_busy")
    assert (await press(anna)).status_code == 409
    assert "Sentence of card_busy." in anna.text


async def test_without_an_answer_the_same_step_can_be_repeated(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /store/loyalty/cards/*/links"] = httpx.ConnectError("away")
    assert (await press(anna, htmx=False)).status_code == 503
    assert f'action="{PATH}"' in anna.page


async def test_the_link_of_a_deactivated_card_can_be_ended_too(anna: Browser, backend: StaffBackend) -> None:
    backend.till = changed(backend.till, card=changed(CARD, state="deactivated"))
    backend.answers["POST /store/loyalty/cards/*/links"] = found(RelinkingView(CARD))
    await press(anna)
    assert "The old link no longer works." in anna.text


async def test_a_card_that_is_over_offers_no_new_link(anna: Browser, backend: StaffBackend) -> None:
    backend.till = changed(backend.till, card=changed(CARD, state="merged"))
    await anna.open(CARD_PATH)
    assert f'action="{PATH}"' not in anna.page
