"""Voids and returns at the till, in parts and by receipt; and held rewards."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.core.schemas import Page
from backend.loyalty.cards.schemas import HoldView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.bookings import RedemptionView
from backend.loyalty.ledger.schemas.holds import ReservationView
from backend.loyalty.ledger.schemas.returns import OrderLine, OrderPreview, VoidView
from backend.loyalty.till.schemas import Undo
from tests.frontend.canned import CARD, MOMENT, booking, changed, found
from tests.frontend.staff_backend import POLICY, STAFF_PROGRAM, StaffBackend, refused, soon
from tests.frontend.staff_browser import CARD_PATH, Browser, Form

SALE_ID, REDEMPTION_ID, HOLD_ID = UUID(int=31), UUID(int=32), UUID(int=33)
STORE_LIST, CARD_LIST = "GET /store/loyalty/transactions", "GET /store/loyalty/cards/*/transactions"
VOID, RETURN = "POST /store/loyalty/transactions/*/void", "POST /store/loyalty/returns"
PREVIEW = "POST /store/loyalty/returns/preview"
HOLD_PATH = f"{CARD_PATH}/holds/{HOLD_ID}"
HOLD = HoldView(HOLD_ID, None, "Tote bag", "points", 200, 2, "reserved", MOMENT + timedelta(minutes=10))
HISTORY = f"{CARD_PATH}/bookings"
SOLD = booking(
    "earned", "points", 41, days_ago=0, id=SALE_ID, purchase_amount_cents=4150, order_reference="R-7",
    returned_cents=1000,
)  # fmt: skip
HANDED_OVER = booking(
    "redeemed", "points", -300, days_ago=1, id=REDEMPTION_ID, reward="Tote bag", quantity=3, returned_quantity=1,
    override=True,
)  # fmt: skip
SEEN = OrderPreview(
    order_reference="R-7",
    customer="Marie Weber",
    code=CARD.code,
    lines=[
        OrderLine(SALE_ID, "earned", "points", 41, "FASHIONHUB", MOMENT, 4150, 3150, None, None, None),
        OrderLine(REDEMPTION_ID, "redeemed", "points", -300, "FASHIONHUB", MOMENT, None, None, "Tote bag", 3, 2),
    ],
    points=159,
    stamps=0,
    card=changed(CARD, points_balance=600),
)
RETURNED = booking("voided", "points", -10, days_ago=0, id=UUID(int=34), order_reference="R-7")
TAKEN = booking("voided", "points", -10, days_ago=0, purchase_amount_cents=1000)


def bookings(*lines: TransactionView) -> httpx.Response:
    return found(Page(list(lines), None, has_more=False))


@pytest.fixture
def listed(backend: StaffBackend) -> StaffBackend:
    backend.answers[STORE_LIST] = backend.answers[CARD_LIST] = bookings(SOLD, HANDED_OVER)
    backend.answers[VOID] = backend.answers[RETURN] = found(VoidView([TAKEN], CARD), 201)
    backend.answers[PREVIEW] = found(SEEN)
    return backend


async def void(anna: Browser, what: UUID = SALE_ID, *, htmx: bool = True, **fields: Any) -> httpx.Response:
    return await anna.send(
        f"/till/transactions/{what}/void", htmx=htmx, later="1", idem="v", reason="Goods returned", **fields
    )


async def test_a_list_tells_what_was_taken_back_before_and_offers_what_is_left(
    anna: Browser, listed: StaffBackend
) -> None:
    await anna.open("/till/today")
    assert "€10.00 already voided; €31.50 left." in anna.text
    assert 'name="amount" type="text" value="31.50"' in anna.page
    assert "Already voided: 1 of 3." in anna.text
    assert 'name="quantity" type="text" value="2"' in anna.page
    assert "Redeemed: 3 × Tote bag" in anna.text
    assert "a limit was lifted for it" in anna.text
    assert anna.text.count("partly voided") == 2


async def test_an_amount_is_written_as_the_language_does(anna: Browser, listed: StaffBackend) -> None:
    await anna.open("/till/today", **{"Accept-Language": "fr"})
    assert 'value="31,50"' in anna.page


@pytest.mark.parametrize("typed", ["10,5", "10.50", " 10,50 € "])
async def test_a_part_of_a_sale_is_taken_back_in_cents(anna: Browser, listed: StaffBackend, typed: str) -> None:
    await anna.open("/till/today")
    answer = await void(anna, amount=typed)
    assert answer.status_code == 200
    assert listed.body("/void")["amount_cents"] == 1050
    assert listed.posts("/void")[-1].headers["idempotency-key"] == "v"
    assert "Marie Weber: voided, −10 points." in anna.text


async def test_an_empty_amount_takes_back_all_that_is_left(anna: Browser, listed: StaffBackend) -> None:
    await anna.open("/till/today")
    await void(anna, amount="")
    assert listed.body("/void")["amount_cents"] is None


async def test_pieces_are_taken_back(anna: Browser, listed: StaffBackend) -> None:
    await anna.open("/till/today")
    await void(anna, REDEMPTION_ID, quantity="2")
    assert (listed.body("/void")["quantity"], listed.body("/void")["amount_cents"]) == (2, None)


async def test_what_is_owed_after_a_return_is_said_at_once(anna: Browser, listed: StaffBackend) -> None:
    listed.answers[VOID] = found(VoidView([TAKEN], changed(CARD, debt_points=30)), 201)
    await anna.open("/till/today")
    await void(anna)
    assert "−10 points. 30 points will be deducted from the next purchase because of a return." in anna.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"amount": "12,505"}, "Enter the amount, like 12,50."),
        ({"amount": "abc"}, "Enter the amount, like 12,50."),
        ({"amount": "-3"}, "Enter the amount, like 12,50."),
        ({"staff_pin": "12x"}, "A PIN has 4 to 8 digits."),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field_with_the_booking_open(
    anna: Browser, listed: StaffBackend, fields: Form, sentence: str
) -> None:
    await anna.open("/till/today")
    answer = await void(anna, **fields)
    assert answer.status_code == 422
    assert not listed.posts("/void")
    assert sentence in anna.text
    assert anna.page.count('<details class="booking" data-digits="within" open>') == 1
    assert anna.page.count('aria-invalid="true"') == 1


@pytest.mark.parametrize("typed", ["0", "x", "2.5", "21", "²"])
async def test_pieces_are_whole_numbers(anna: Browser, listed: StaffBackend, typed: str) -> None:
    await anna.open("/till/today")
    assert (await void(anna, REDEMPTION_ID, quantity=typed)).status_code == 422
    assert "Enter the quantity, like 2." in anna.text
    assert not listed.posts("/void")


@pytest.mark.parametrize(("what", "field"), [(SALE_ID, "amount"), (REDEMPTION_ID, "quantity")])
async def test_more_than_is_left_is_said_beside_the_field(
    anna: Browser, listed: StaffBackend, what: UUID, field: str
) -> None:
    listed.answers[VOID] = refused(409, "return_exceeds_sale", left=5)
    await anna.open("/till/today")
    too_much: Form = {field: "9"}
    assert (await void(anna, what, **too_much)).status_code == 409
    tag = next(part for part in anna.page.split("<input")[1:] if f'id="{field}-{what}"' in part).split(">")[0]
    assert 'aria-invalid="true"' in tag
    assert 'value="9"' in tag
    assert anna.text.count("Sentence of return_exceeds_sale.") == 1


@pytest.mark.parametrize(("status", "code"), [(409, "already_void"), (403, "void_not_allowed"), (403, "forbidden")])
async def test_a_refusal_of_the_whole_stands_above_the_list(
    anna: Browser, listed: StaffBackend, status: int, code: str
) -> None:
    listed.answers[VOID] = refused(status, code)
    await anna.open("/till/today")
    assert (await void(anna)).status_code == status
    assert f"Sentence of {code}." in anna.text
    assert "All transactions" in anna.text


@pytest.mark.parametrize("code", ["pin_required", "pin_invalid", "pin_locked"])
async def test_a_wrong_pin_is_said_beside_it_in_the_history_of_the_card_too(
    anna: Browser, listed: StaffBackend, code: str
) -> None:
    listed.answers[VOID] = refused(403, code)
    await anna.open(HISTORY)
    assert anna.hidden("of_card") == str(CARD.id)
    answer = await void(anna, of_card=str(CARD.id), staff_pin="1111")
    assert answer.status_code == 403
    assert answer.headers["hx-replace-url"] == HISTORY
    assert f"Sentence of {code}." in anna.text
    assert not anna.repeats("1111")


async def test_the_history_of_a_card_tells_what_happened_at_which_store(anna: Browser, listed: StaffBackend) -> None:
    await anna.open(CARD_PATH)
    assert f'href="{HISTORY}"' in anna.page
    await anna.open(HISTORY)
    assert "History of the card" in anna.text
    assert "FASHIONHUB" in anna.text
    assert "Return by receipt number" not in anna.text


async def test_by_receipt_everything_booked_for_it_is_taken_back(anna: Browser, listed: StaffBackend) -> None:
    await anna.open("/till/today")
    assert "Return by receipt number" in anna.text
    answer = await anna.send(
        "/till/returns", htmx=True, idem="r", order_reference=" R-7 ", amount="", reason="Goods returned",
        staff_pin="2468",
    )  # fmt: skip
    assert answer.status_code == 200
    assert listed.body("/returns") == {
        "order_reference": "R-7", "transaction_ids": None, "amount_cents": None, "quantity": None,
        "reason": "Goods returned", "staff_pin": "2468", "staff_id": None,
    }  # fmt: skip
    assert listed.posts("/returns")[-1].headers["idempotency-key"] == "r"
    assert answer.headers["hx-replace-url"] == CARD_PATH
    assert "voided, −10 points." in anna.text


async def test_looking_for_a_receipt_shows_whose_it_is_and_how_much_goes_back_and_books_nothing(
    anna: Browser, listed: StaffBackend
) -> None:
    await anna.open("/till/today")
    answer = await anna.send("/till/returns/look", htmx=True, order_reference=" R-7 ", amount="31,50")
    assert answer.status_code == 200
    assert listed.body("/preview") == {"order_reference": "R-7", "amount_cents": 3150}
    for told in ("Marie Weber", "Receipt R-7", "Sale of €41.50", "Redeemed: 3 × Tote bag", "€31.50 and 2 × Tote bag"):
        assert told in anna.text
    assert "+159 points; the card then has 600 points" in anna.text
    assert (anna.hidden("order_reference"), anna.hidden("amount")) == ("R-7", "31,50")
    assert not listed.posts("/returns")


async def test_a_return_takes_back_only_what_was_shown(anna: Browser, listed: StaffBackend) -> None:
    await anna.open("/till/today")
    await anna.send("/till/returns/look", htmx=True, order_reference="R-7")
    ids = re.findall(r'name="transaction_ids" value="([^"]*)"', anna.page)
    assert ids == [str(SALE_ID), str(REDEMPTION_ID)]
    listed.answers[RETURN] = refused(409, "order_changed")
    listed.answers[PREVIEW] = found(changed(SEEN, customer="Jean Weber", lines=SEEN.lines[:1]))
    answer = await anna.send(
        "/till/returns", htmx=True, idem="r", order_reference="R-7", transaction_ids=ids, reason="Goods returned"
    )
    assert listed.body("/returns")["transaction_ids"] == ids
    assert answer.status_code == 409
    for told in ("Sentence of order_changed.", "Jean Weber", "Receipt R-7"):
        assert told in anna.text
    assert re.findall(r'name="transaction_ids" value="([^"]*)"', anna.page) == [str(SALE_ID)]


async def test_enter_after_looking_books_nothing(anna: Browser, listed: StaffBackend) -> None:
    """The focus is on the name, and Enter presses no button."""
    await anna.open("/till/today")
    await anna.send("/till/returns/look", htmx=True, order_reference="R-7")
    assert '<h2 id="return" tabindex="-1" data-autofocus="always">' in anna.page
    assert 'data-key="Enter"' not in anna.page.split('aria-labelledby="return"')[1]


@pytest.mark.parametrize("place", ["/till/today", HISTORY, "/till/returns/look"])
async def test_enter_in_a_field_of_a_return_chooses_no_reason(anna: Browser, listed: StaffBackend, place: str) -> None:
    """Enter presses the first submit button, which is disabled in these forms."""
    await anna.open("/till/today")
    await (anna.send(place, htmx=True, order_reference="R-7") if "look" in place else anna.open(place))
    forms = [form for form in anna.page.split("<form")[1:] if 'name="reason"' in form]
    assert forms
    for form in forms:
        first = re.search(r"<button(?![^>]*type=.button)[^>]*>|<input[^>]*type=.submit[^>]*>", form)
        assert first and "disabled" in first[0]


@pytest.mark.parametrize("pin", ["1111", "12x"])
async def test_a_wrong_pin_is_said_where_the_return_was_shown(anna: Browser, listed: StaffBackend, pin: str) -> None:
    listed.answers[RETURN] = refused(403, "pin_invalid")
    await anna.open("/till/today")
    answer = await anna.send(
        "/till/returns", htmx=True, idem="r", order_reference="R-7", reason="Goods returned", staff_pin=pin
    )
    assert answer.status_code in {403, 422}
    assert "Receipt R-7" in anna.text
    tag = next(part for part in anna.page.split("<input")[1:] if 'id="return-pin"' in part).split(">")[0]
    assert 'aria-invalid="true"' in tag
    assert not anna.repeats(pin)


async def test_the_toast_of_a_return_offers_to_undo_it(anna: Browser, listed: StaffBackend) -> None:
    listed.answers[RETURN] = found(VoidView([RETURNED], CARD), 201)
    listed.till = changed(listed.till, recent=[RETURNED], undo=Undo(RETURNED.id, soon()))
    await anna.open("/till/today")
    await anna.send("/till/returns", htmx=True, idem="r", order_reference="R-7", reason="Goods returned")
    toast = anna.page.split("data-toast")[1]
    assert "voided, −10 points." in toast
    assert f"/till/transactions/{RETURNED.id}/void" in toast


async def test_a_return_is_undone_from_the_list_later(anna: Browser, listed: StaffBackend) -> None:
    listed.answers[STORE_LIST] = bookings(RETURNED)
    stands = booking("reinstated", "points", 10, days_ago=0, voids_id=RETURNED.id)
    listed.answers[VOID] = found(VoidView([stands], CARD), 201)
    await anna.open("/till/today")
    assert "Undo this return" in anna.text
    await anna.send(f"/till/transactions/{RETURNED.id}/void", htmx=True, later="1", idem="v")
    assert listed.body("/void")["reason"] is None
    assert "the return is undone, +10 points." in anna.text


async def test_a_return_that_was_undone_says_so(anna: Browser, listed: StaffBackend) -> None:
    listed.answers[STORE_LIST] = bookings(changed(RETURNED, voided=True))
    await anna.open("/till/today")
    assert "This return was undone." in anna.text
    assert "Undo this return" not in anna.text


async def test_by_receipt_without_scripts_the_card_opens(anna: Browser, listed: StaffBackend) -> None:
    await anna.open("/till/today")
    answer = await anna.send("/till/returns", idem="r", order_reference="R-7", amount="10", reason="Goods returned")
    assert (answer.status_code, answer.headers["location"]) == (303, CARD_PATH)
    assert listed.body("/returns")["amount_cents"] == 1000


@pytest.mark.parametrize(
    ("status", "code", "field"),
    [
        (404, "not_found", "order_reference"),
        (409, "order_reference_ambiguous", "order_reference"),
        (409, "order_on_several_cards", "order_reference"),
        (409, "return_exceeds_sale", "receipt-amount"),
    ],
)
@pytest.mark.parametrize("step", ["/till/returns", "/till/returns/look"])
async def test_a_receipt_that_is_refused_stays_on_the_screen_with_the_reason(
    anna: Browser, listed: StaffBackend, *, status: int, code: str, field: str, step: str
) -> None:
    listed.answers[RETURN] = listed.answers[PREVIEW] = refused(status, code)
    await anna.open("/till/today")
    answer = await anna.send(step, htmx=True, idem="r", order_reference="R-7", amount="10", reason="Goods returned")
    assert answer.status_code == status
    assert '<details class="booking receipt" open>' in anna.page
    tag = next(part for part in anna.page.split("<input")[1:] if f'id="{field}"' in part).split(">")[0]
    assert 'aria-invalid="true"' in tag
    assert f"Sentence of {code}." in anna.text
    assert 'value="R-7"' in anna.page


async def test_a_receipt_number_is_needed(anna: Browser, listed: StaffBackend) -> None:
    await anna.open("/till/today")
    answer = await anna.send("/till/returns", htmx=True, idem="r", order_reference=" ", reason="Goods returned")
    assert answer.status_code == 422
    assert "Enter the receipt number" in anna.text
    assert not listed.posts("/returns")


@pytest.mark.parametrize("fault", [httpx.ConnectError("away"), httpx.Response(503)])
@pytest.mark.parametrize("htmx", [True, False])
async def test_no_answer_to_the_look_for_a_receipt_keeps_what_was_typed(
    anna: Browser, listed: StaffBackend, fault: httpx.Response, *, htmx: bool
) -> None:
    """With scripts the form stays in place; without, it is rendered again."""
    listed.answers[PREVIEW] = fault
    await anna.open("/till/today")
    answer = await anna.send("/till/returns/look", htmx=htmx, order_reference="R-7", amount="31,50")
    assert answer.status_code == 503
    assert "No answer. Press again." in anna.text
    if htmx:
        assert '<hx-partial id="says">' in anna.page
    else:
        assert (anna.hidden("order_reference"), anna.hidden("amount")) == ("R-7", "31,50")
        assert 'action="/till/returns/look"' in anna.page


@pytest.mark.parametrize("fault", [httpx.ConnectError("away"), httpx.Response(503)])
async def test_no_answer_to_a_receipt_keeps_its_key(anna: Browser, listed: StaffBackend, fault: httpx.Response) -> None:
    listed.answers[RETURN] = fault
    await anna.open("/till/today")
    answer = await anna.send("/till/returns", htmx=True, idem="r", order_reference="R-7", reason="Goods returned")
    assert answer.status_code == 503
    assert 'hx-get="/till/bookings/r"' in anna.page


async def test_where_taking_back_is_switched_off_no_form_offers_it(anna: Browser, listed: StaffBackend) -> None:
    program = changed(STAFF_PROGRAM, policy=changed(POLICY, allow_void_transactions=False))
    listed.till = changed(listed.till, program=program)
    for page in ("/till/today", HISTORY):
        await anna.open(page)
        assert "/void" not in anna.page
        assert "/till/returns" not in anna.page


def with_hold(backend: StaffBackend, **changes: object) -> None:
    held = changed(CARD, holds=[changed(HOLD, **changes)], held_points=200)
    backend.till = changed(backend.till, card=held)


async def test_what_is_set_aside_is_shown_with_its_end(anna: Browser, backend: StaffBackend) -> None:
    with_hold(backend)
    await anna.open(CARD_PATH)
    assert "Set aside until 18:08 2 × Tote bag 200 points" in anna.text
    assert "200 points of them are set aside for a reward" in anna.text


async def test_what_is_held_for_a_tablet_is_told_apart(anna: Browser, backend: StaffBackend) -> None:
    """The card lists the holds for rewards; what is held beyond them is a tablet's."""
    backend.till = changed(backend.till, card=changed(CARD, holds=[HOLD], held_points=350, held_stamps=1))
    await anna.open(CARD_PATH)
    assert f"{HOLD.amount} points of them are set aside for a reward" in anna.text
    assert f"{350 - HOLD.amount} points of them are set aside for a tablet" in anna.text
    assert "1 stamp of them is set aside for a tablet" in anna.text
    assert "stamp of them is set aside for a reward" not in anna.text


@pytest.mark.parametrize(("typed", "sent"), [("2", 2), ("1", 1), ("", None)])
async def test_what_was_set_aside_is_handed_over_or_fewer_pieces(
    anna: Browser, backend: StaffBackend, typed: str, sent: int | None
) -> None:
    with_hold(backend)
    redeemed = booking("redeemed", "points", -200, days_ago=0, reward="Tote bag", quantity=2)
    backend.answers["POST /store/loyalty/cards/*/holds/*/confirm"] = found(RedemptionView(redeemed, CARD, soon()), 201)
    await anna.open(CARD_PATH)
    fields: Form = {f"quantity.{HOLD_ID}": typed}
    answer = await anna.send(f"{HOLD_PATH}/confirm", htmx=True, idem="h", staff_pin="2468", **fields)
    assert answer.status_code == 200
    assert (backend.body("/confirm")["quantity"], backend.body("/confirm")["staff_pin"]) == (sent, "2468")
    assert backend.posts("/confirm")[-1].headers["idempotency-key"] == f"h.holds.{HOLD_ID}.confirm"
    assert "Hand over 2 × Tote bag" in anna.text


async def test_what_was_set_aside_is_released(anna: Browser, backend: StaffBackend) -> None:
    with_hold(backend)
    backend.answers["POST /store/loyalty/cards/*/holds/*/release"] = found(ReservationView(HOLD, CARD), 201)
    await anna.open(CARD_PATH)
    await anna.send(f"{HOLD_PATH}/release", htmx=True, idem="h")
    assert "Marie Weber: 200 points available again." in anna.text


@pytest.mark.parametrize("code", ["hold_settled", "hold_exceeded", "card_frozen", "other_store_only"])
async def test_a_hold_that_cannot_be_handed_over_says_why(anna: Browser, backend: StaffBackend, code: str) -> None:
    with_hold(backend)
    backend.answers["POST /store/loyalty/cards/*/holds/*/confirm"] = refused(409, code)
    await anna.open(CARD_PATH)
    answer = await anna.send(f"{HOLD_PATH}/confirm", htmx=True, idem="h")
    assert answer.status_code == 409
    assert f"Sentence of {code}." in anna.text


async def test_pieces_of_a_hold_are_whole_numbers(anna: Browser, backend: StaffBackend) -> None:
    with_hold(backend)
    await anna.open(CARD_PATH)
    fields: Form = {f"quantity.{HOLD_ID}": "two"}
    answer = await anna.send(f"{HOLD_PATH}/confirm", htmx=True, idem="h", **fields)
    assert answer.status_code == 422
    assert "Enter the quantity, like 2." in anna.text


async def test_names_written_from_the_right_turn_no_number_of_a_return(anna: Browser, listed: StaffBackend) -> None:
    bag, store = "תיק בד", "מרכז"
    lines = [changed(SEEN.lines[0], store=store), changed(SEEN.lines[1], reward=bag, returning_quantity=1)]
    listed.answers[PREVIEW] = found(changed(SEEN, customer="שרה", lines=lines))
    await anna.open("/till/today")
    await anna.send("/till/returns/look", htmx=True, order_reference="R-7")
    assert "<bdi>שרה</bdi>, +159 points" in anna.page
    assert f" · <bdi>{store}</bdi>" in anna.page
    assert f"€31.50 and \u2068{bag}\u2069" in anna.text
