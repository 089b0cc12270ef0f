"""Somebody decides what tablets did offline, against a fake backend."""

import json

import pytest

from backend.loyalty.offline.schemas.review import ReviewItem, ReviewList, ReviewOutcome
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, StaffBackend, owner, refused
from tests.frontend.staff_browser import Browser

SALE = ReviewItem(
    id=ID, device_id=ID, device_name="Counter <i>left", store_code="HUB", operation_id="a1", op="points",
    reason="too_old", explanation="It arrived too long after it happened.", staff_name="Anna", card_id=ID,
    card_code="BCDF BCDF BCDF BCDF", customer_name="Marie Weber", purchase_amount_cents=2550, reward=None,
    occurred_at=MOMENT, occurred_at_used=MOMENT, clock_offset_ms=0, received_at=MOMENT, problem=None, content={},
    can_be_booked=True,
)  # fmt: skip
REVIEW = ReviewList([SALE], None, False, 1, MOMENT, "EUR", True)
LIST, DECIDE = "GET /merchant/devices/review", "POST /merchant/devices/review/*/decide"
PAGE, PATH = "/office/review", f"/office/review/{ID}"


@pytest.fixture
async def claire(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {
        "POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB), 201),
        LIST: found(REVIEW),
        DECIDE: found(ReviewOutcome(ID, "booked", ID, ID)),
    }
    await browser.sign_in()
    return browser


async def test_what_waits_is_told_with_all_one_needs_to_decide(claire: Browser) -> None:
    await claire.open(PAGE)
    for told in ("Sale: €25.50", "Marie Weber", "Counter <i>left", "Anna", "It arrived too long after it happened."):
        assert told in claire.text
    assert "1 transaction waits" in claire.text


async def test_a_redemption_says_of_what(claire: Browser, backend: StaffBackend) -> None:
    voucher = changed(SALE, op="redeem", reward="10 € voucher", purchase_amount_cents=None)
    backend.answers[LIST] = found(changed(REVIEW, data=[voucher]))
    await claire.open(PAGE)
    assert "Redemption: 10 € voucher" in claire.text


@pytest.mark.parametrize(("reason", "is_told"), [("balance", True), ("allowance", False)])
async def test_the_ledgers_sentence_is_told_where_it_adds_something(
    claire: Browser, backend: StaffBackend, reason: str, is_told: bool
) -> None:
    doubtful = changed(SALE, reason=reason, problem={"code": "any", "detail": "12 points are missing."})
    backend.answers[LIST] = found(changed(REVIEW, data=[doubtful]))
    await claire.open(PAGE)
    assert ("12 points are missing." in claire.text) is is_told


@pytest.mark.parametrize(("decision", "said"), [("book", "booked"), ("dismiss", "dismissed")])
async def test_the_button_decides(claire: Browser, backend: StaffBackend, decision: str, said: str) -> None:
    await claire.open(PAGE)
    answer = await claire.submit(PATH, decision=decision, reason="Checked", override="on")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done={said}")
    assert json.loads(backend.asked[-1].content) == {"decision": decision, "reason": "Checked", "override": True}


async def test_without_a_reason_nothing_is_decided(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PAGE)
    assert (await claire.submit(PATH, decision="book", reason=" ")).status_code == 422
    assert claire.says(f"reason-{ID}") == "Enter a reason: it is kept in the audit."
    assert all(request.method == "GET" for request in backend.asked if "review" in request.url.path)


async def test_what_the_ledger_refuses_stays_and_says_why(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[DECIDE] = refused(409, "limit_reached")
    await claire.open(PAGE)
    assert (await claire.submit(PATH, decision="book", reason="Checked")).status_code == 409
    assert claire.says(f"reason-{ID}")
    assert claire.fields(PATH)["reason"] == "Checked"


async def test_somebody_else_was_faster(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[DECIDE] = refused(409, "already_decided")
    await claire.open(PAGE)
    answer = await claire.submit(PATH, decision="book", reason="Checked")
    assert answer.headers["location"] == f"{PAGE}?done=gone"


async def test_what_cannot_be_read_can_only_be_dismissed(claire: Browser, backend: StaffBackend) -> None:
    unread = changed(SALE, op=None, can_be_booked=False, purchase_amount_cents=None, customer_name=None, card_code=None)
    backend.answers[LIST] = found(changed(REVIEW, data=[unread]))
    await claire.open(PAGE)
    assert "Unreadable operation" in claire.text
    assert "Record it" not in claire.text


async def test_nothing_waits(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = found(changed(REVIEW, data=[], waiting_count=0, oldest_at=None))
    await claire.open(f"{PAGE}?done=dismissed")
    assert "Dismissed." in claire.text
    assert "Nothing waits." in claire.text
