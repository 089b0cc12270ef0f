"""“Press again. It will only be recorded once.”: one booking keeps one key, also after other keys."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.loyalty.ledger.schemas.returns import OrderPreview
from tests.frontend.canned import CARD, booking, changed, found
from tests.frontend.staff_backend import POLICY, STAFF_PROGRAM, StaffBackend, refused
from tests.frontend.staff_browser import CARD_PATH, HTMX, Browser, Form

POINTS, VERIFY = "POST /store/loyalty/cards/*/points", "POST /store/loyalty/pins/verify"
VOID, RETURN = "POST /store/loyalty/transactions/*/void", "POST /store/loyalty/returns"
AWAY = httpx.ReadTimeout("slow")
OWNER = {"override.email": "claire@fashion.example", "override.pin": "97531"}
SALE_ID, HOLD_ID = UUID(int=31), UUID(int=33)
SOLD = booking("earned", "points", 41, days_ago=0, id=SALE_ID, purchase_amount_cents=4150)


async def press(anna: Browser, command: str, **fields: Any) -> httpx.Response:
    """A button of the form on the screen. Without an answer that is the previous form."""
    shown = anna.page
    answer = await anna.send(f"{CARD_PATH}/{command}", htmx=True, idem=anna.hidden("idem"), **fields)
    if answer.status_code == 503:
        anna.page = shown
    return answer


def keys(backend: StaffBackend, path: str) -> list[str]:
    return [request.headers["idempotency-key"] for request in backend.posts(path)]


async def test_a_confirmed_sale_without_an_answer_is_confirmed_again_under_its_key(
    anna: Browser, backend: StaffBackend
) -> None:
    """Enter is the natural key to press again; it leads to the confirmation question again."""
    backend.answers[POINTS] = AWAY
    await anna.open(CARD_PATH)
    await press(anna, "points", amount="4150")
    await press(anna, "points", amount="4150", confirmed="415000")
    assert (await press(anna, "points", amount="4150")).status_code == 422
    await press(anna, "points", amount="4150", confirmed="415000")
    first, second = keys(backend, "/points")
    assert first == second


@pytest.mark.parametrize(
    ("mistyped", "answer"),
    [
        ({"staff_pin": "12"}, AWAY),
        ({"staff_pin": "1111"}, refused(403, "pin_invalid")),
        ({"amount": ""}, AWAY),
        ({}, refused(429, "rate_limited")),
        ({}, refused(409, "order_reference_used")),
    ],
    ids=["no pin", "a wrong pin", "no amount", "too fast", "a receipt of its own"],
)
async def test_a_slip_while_the_first_try_is_under_way_is_mended_under_the_same_key(
    anna: Browser, backend: StaffBackend, mistyped: dict[str, str], answer: httpx.Response
) -> None:
    typed = {"amount": "12,50", "staff_pin": "2468"}
    backend.answers[POINTS] = AWAY
    await anna.open(CARD_PATH)
    await press(anna, "points", **typed)
    backend.answers[POINTS] = answer
    assert (await press(anna, "points", **typed | mistyped)).status_code in {403, 409, 422, 429}
    tried = len(keys(backend, "/points"))
    await press(anna, "points", **typed)
    assert len(keys(backend, "/points")) == tried + 1
    assert len(set(keys(backend, "/points"))) == 1


@pytest.mark.parametrize(
    ("code", "facts"),
    [("stamp_cooldown", {"remembered": True}), ("idempotency_key_reused", {}), ("already_booked", {})],
)
async def test_a_key_that_has_its_answer_is_not_used_again(
    anna: Browser, backend: StaffBackend, code: str, facts: dict[str, object]
) -> None:
    backend.answers[POINTS] = refused(409, code, **facts)
    await anna.open(CARD_PATH)
    await press(anna, "points", amount="12,50")
    await press(anna, "points", amount="12,50")
    first, second = keys(backend, "/points")
    assert first != second


@pytest.mark.parametrize("fault", [refused(403, "pin_invalid"), refused(429, "rate_limited")])
async def test_the_owner_presses_again_under_the_same_key_in_the_same_form(
    anna: Browser, backend: StaffBackend, fault: httpx.Response
) -> None:
    policy = changed(POLICY, staff_pin_policy="required")
    backend.till = changed(backend.till, program=changed(STAFF_PROGRAM, policy=policy))
    backend.answers[POINTS] = AWAY
    await anna.open(CARD_PATH)
    lifted = {"amount": "12,50", "staff_pin": "2468"} | OWNER
    await press(anna, "points", **lifted)
    backend.answers[VERIFY] = fault
    await press(anna, "points", **lifted)
    assert "Record it anyway" in anna.text
    backend.answers[VERIFY] = httpx.Response(204)
    await press(anna, "points", **lifted)
    first, second = keys(backend, "/points")
    assert first == second


@pytest.mark.parametrize("fault", [refused(403, "pin_invalid"), refused(429, "rate_limited")])
@pytest.mark.parametrize("pin", ["12", "1111"])
async def test_a_part_of_a_sale_comes_back_under_the_key_it_was_sent_with(
    anna: Browser, backend: StaffBackend, fault: httpx.Response, pin: str
) -> None:

    page = b'{"data":%s,"next_cursor":null,"has_more":false}' % found([SOLD]).content
    backend.answers["GET /store/loyalty/transactions"] = httpx.Response(200, content=page)
    backend.answers[VOID] = fault
    await anna.open("/till/today")
    typed: Form = {"later": "1", "reason": "Goods returned", "amount": "5"}
    await anna.send(f"/till/transactions/{SALE_ID}/void", htmx=True, idem="first", staff_pin=pin, **typed)
    assert 'name="idem" value="first"' in anna.page
    backend.answers[VOID] = refused(409, "return_exceeds_sale", remembered=True)
    await anna.send(f"/till/transactions/{SALE_ID}/void", htmx=True, idem="first", **typed)
    assert 'name="idem" value="first"' not in anna.page


@pytest.mark.parametrize("fault", [refused(403, "pin_invalid"), refused(429, "rate_limited")])
async def test_a_part_of_a_receipt_comes_back_under_the_key_it_was_sent_with(
    anna: Browser, backend: StaffBackend, fault: httpx.Response
) -> None:
    seen = OrderPreview("R-7", "Marie Weber", CARD.code, [], 5, 0, CARD)
    backend.answers |= {RETURN: fault, "POST /store/loyalty/returns/preview": found(seen)}
    await anna.open("/till/today")
    typed: Form = {"order_reference": "R-7", "amount": "5", "reason": "Goods returned"}
    await anna.send("/till/returns", htmx=True, idem="first", **typed)
    assert f"Sentence of {fault.json()['code']}." in anna.text
    assert "Receipt R-7" in anna.text
    assert 'name="idem" value="first"' in anna.page


@pytest.mark.parametrize(("command", "confirmed"), [("points", "1250"), ("stamps", "again")])
async def test_the_key_that_asks_and_the_one_that_confirms_book_once_together(
    anna: Browser, backend: StaffBackend, command: str, confirmed: str
) -> None:
    """The answer to a confirmed command is lost; a moment later the first key no longer asks for confirmation."""
    backend.answers[f"POST /store/loyalty/cards/*/{command}"] = AWAY
    await anna.open(CARD_PATH)
    await press(anna, command, amount="12,50", confirmed=confirmed)
    await press(anna, command, amount="12,50")
    first, second = keys(backend, f"/{command}")
    assert first == second


@pytest.mark.parametrize("command", ["points", "stamps"])
async def test_what_turns_out_to_be_recorded_is_not_recorded_again_by_the_next_press(
    anna: Browser, backend: StaffBackend, command: str
) -> None:
    backend.answers["GET /idempotency/*"] = httpx.Response(
        200, json={"state": "booked", "transaction_id": str(SOLD.id)}
    )
    backend.till = changed(backend.till, recent=[SOLD])
    await anna.open(f"/till/bookings/key?command={command}&card_id={CARD.id}", **HTMX)
    assert "Recorded. It counted only once." in anna.text
    assert (await press(anna, command, amount="41,50")).status_code == 422
    assert "recorded on this card a moment ago." in anna.text
    assert not backend.posts("/points") + backend.posts("/stamps")


async def test_what_the_browser_asks_about_is_found_under_the_key_it_was_sent_with(
    anna: Browser, backend: StaffBackend
) -> None:
    await anna.open(f"/till/bookings/key?command=holds/{HOLD_ID}/confirm&card_id={CARD.id}", **HTMX)
    assert [request.url.path for request in backend.asked if "/idempotency/" in request.url.path] == [
        f"/api/v1/idempotency/key.holds.{HOLD_ID}.confirm"
    ]


@pytest.mark.parametrize("command", ["points", "stamps"])
async def test_the_same_from_a_new_form_is_asked_about_while_nobody_knows_whether_it_was_recorded(
    anna: Browser, backend: StaffBackend, command: str
) -> None:
    call = f"POST /store/loyalty/cards/*/{command}"
    booked, backend.answers[call] = backend.answers[call], AWAY
    await anna.open(CARD_PATH)
    await press(anna, command, amount="12,50")
    backend.answers[call] = booked
    await anna.open(CARD_PATH)
    assert (await press(anna, command, amount="12,50")).status_code == 422
    assert "without an answer. The history shows whether it was recorded." in anna.text


async def test_a_purchase_that_is_recorded_meanwhile_does_not_hide_that_a_stamp_may_be(
    anna: Browser, backend: StaffBackend
) -> None:
    stamps = "POST /store/loyalty/cards/*/stamps"
    booked, backend.answers[stamps] = backend.answers[stamps], AWAY
    await anna.open(CARD_PATH)
    await press(anna, "stamps")
    backend.answers[stamps] = booked
    assert (await press(anna, "points", amount="12,50")).status_code == 200
    await anna.open(CARD_PATH)
    assert (await press(anna, "stamps")).status_code == 422
    assert "without an answer. The history shows whether it was recorded." in anna.text


async def test_a_key_that_no_form_has_made_is_looked_up_all_the_same(anna: Browser) -> None:
    assert (await anna.open(f"/till/bookings/key?command=nothing&card_id={CARD.id}", **HTMX)).status_code == 200


@pytest.mark.parametrize("state", ["booked", "refused"])
async def test_once_it_is_known_nobody_is_asked_about_it_any_more(
    anna: Browser, backend: StaffBackend, state: str
) -> None:
    booked, backend.answers[POINTS] = backend.answers[POINTS], AWAY
    await anna.open(CARD_PATH)
    key = anna.hidden("idem")
    await press(anna, "points", amount="12,50")
    backend.answers |= {POINTS: booked, "GET /idempotency/*": httpx.Response(200, json={"state": state})}
    await anna.open(f"/till/bookings/{key}?command=points", **HTMX)
    await anna.open(CARD_PATH)
    assert (await press(anna, "points", amount="12,50")).status_code == 200


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("booked", "What was sent first was recorded, and what was changed since was not. Check the history."),
        ("refused", "Nothing was recorded, neither at first nor now. Press again."),
        ("not_booked", "Nothing was recorded, neither at first nor now. Press again."),
    ],
)
async def test_a_person_who_changed_the_amount_after_no_answer_reads_what_counts_in_words_of_the_till(
    anna: Browser, backend: StaffBackend, state: str, sentence: str
) -> None:
    backend.answers |= {POINTS: AWAY, VOID: refused(422, "idempotency_key_reused", state=state)}
    await anna.open(CARD_PATH)
    await press(anna, "points", amount="12,50")
    backend.answers[POINTS] = backend.answers[VOID]
    await press(anna, "points", amount="13,50")
    assert sentence in anna.text
    await anna.send(f"/till/transactions/{SALE_ID}/void", htmx=True, later="1", idem="v", amount="5")
    assert sentence in anna.text
    assert "Sentence of" not in anna.text
