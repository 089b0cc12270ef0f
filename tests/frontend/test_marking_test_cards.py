"""At the till: an owner marks the open card's customer as a test customer."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import asdict

from backend.loyalty.customers.schemas import ListedCustomer
from tests.frontend.canned import CARD, changed, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, StaffBackend, owner
from tests.frontend.staff_browser import CARD_PATH, Browser

PATH = f"{CARD_PATH}/test-mark"
CUSTOMER = CARD.customer
assert CUSTOMER is not None


@pytest.fixture
def sent(backend: StaffBackend) -> Iterator[list[bool]]:
    """The marks that the backend was told; the card has the last one."""
    told: list[bool] = []

    def mark(request: object) -> object:
        told.append(json.loads(request.content)["is_test"])  # type: ignore[attr-defined]
        customer = changed(CUSTOMER, is_test=told[-1])
        backend.till = changed(backend.till, card=changed(CARD, customer=customer))
        return found(ListedCustomer(**asdict(customer), created_at=datetime.now(UTC)))

    backend.answers |= {
        "POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB), 201),
        "PUT /merchant/loyalty/customers/*/test-mark": mark,  # type: ignore[dict-item]
    }
    yield told


async def test_an_owner_marks_a_test_card_and_takes_the_mark_off_again(
    browser: Browser, backend: StaffBackend, sent: list[bool]
) -> None:
    await browser.sign_in()
    backend.till = changed(backend.till, card=CARD)
    await browser.open(CARD_PATH)
    assert "emails about points still come" in browser.text
    for is_test, said in ((True, "This is a test card now."), (False, "This is a real customer’s card now.")):
        assert f'action="{PATH}"' in browser.page
        await browser.send(PATH, htmx=True, idem=browser.hidden("idem"), is_test=browser.hidden("is_test"))
        assert said in browser.text
        assert sent[-1] is is_test
        assert ('class="badge warn"' in browser.page) is is_test


async def test_staff_at_the_till_see_the_mark_and_cannot_change_it(anna: Browser, backend: StaffBackend) -> None:
    backend.till = changed(backend.till, card=changed(CARD, customer=changed(CUSTOMER, is_test=True)))
    await anna.open(CARD_PATH)
    assert 'class="badge warn"' in anna.page
    assert f'action="{PATH}"' not in anna.page
