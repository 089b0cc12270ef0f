"""The owner lifts a limit at the till: for the refused booking, once, with a PIN that is never shown."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.loyalty.cards.schemas import HoldView
from tests.frontend.canned import CARD, MOMENT, changed
from tests.frontend.staff_backend import CATEGORY, POLICY, STAFF_PROGRAM, StaffBackend, refused
from tests.frontend.staff_browser import CARD_PATH, Browser, Form

POINTS, STAMPS = "POST /store/loyalty/cards/*/points", "POST /store/loyalty/cards/*/stamps"
REDEEM, CONFIRM = "POST /store/loyalty/cards/*/redemptions", "POST /store/loyalty/cards/*/holds/*/confirm"
VERIFY = "POST /store/loyalty/pins/verify"
HOLD = HoldView(UUID(int=33), None, "Tote bag", "points", 200, 2, "reserved", MOMENT + timedelta(minutes=10))
OWNER = {"override.email": "claire@fashion.example", "override.pin": "97531"}
GIVEN = {"email": "claire@fashion.example", "pin": "97531"}
LIFT = "Record it anyway"


async def book(anna: Browser, command: str = "points", *, htmx: bool = True, **fields: Any) -> httpx.Response:
    await anna.open(CARD_PATH)
    return await anna.send(f"{CARD_PATH}/{command}", htmx=htmx, idem=anna.hidden("idem"), **fields)


async def lift(anna: Browser, *, htmx: bool = True, **fields: str) -> httpx.Response:
    """Submits the owner's form with all its hidden values and the two entered fields."""
    form = owners_form(anna)
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    [address] = re.findall(r' action="([^"]+)"', form)
    return await anna.send(address, htmx=htmx, **kept | OWNER | fields)


def owners_form(anna: Browser) -> str:
    found = re.search(
        r'<details class="choices"( open)?>\s*<summary[^>]*>(?:(?!</details>).)*name="override.pin".*?</details>',
        anna.page,
        re.DOTALL,
    )
    return found[0] if found else ""


def tag_of(form: str, name: str) -> str:
    return next(part for part in form.split("<input")[1:] if f'name="{name}"' in part).split(">")[0]


@pytest.fixture
def limited(backend: StaffBackend) -> StaffBackend:
    """Every booking is refused by a limit."""
    for call in (POINTS, STAMPS, REDEEM, CONFIRM):
        backend.answers[call] = refused(409, "limit_reached", retry_at="2026-11-20T17:58:00Z", remembered=True)
    return backend


def open_again(backend: StaffBackend) -> None:
    backend.answers |= {call: StaffBackend().answers[call] for call in (POINTS, STAMPS, REDEEM)}


async def test_a_refusal_by_a_limit_says_so_and_offers_the_owner_to_lift_it(
    anna: Browser, limited: StaffBackend
) -> None:
    assert (await book(anna, amount="41,50")).status_code == 409
    assert "Sentence of limit_reached." in anna.text
    form = owners_form(anna)
    assert form.startswith('<details class="choices">')
    assert f"{LIFT} €41.50" in anna.text
    assert 'inputmode="numeric"' in tag_of(form, "override.pin")
    assert 'autocomplete="off"' in tag_of(form, "override.email")
    assert anna.page.count('id="says"') == 1


async def test_no_other_refusal_offers_it(anna: Browser, backend: StaffBackend) -> None:
    await anna.open(CARD_PATH)
    assert not owners_form(anna)
    backend.answers[STAMPS] = refused(409, "stamp_cooldown")
    await book(anna, "stamps")
    assert not owners_form(anna)


async def test_a_sale_is_booked_all_the_same_as_it_was_written_under_a_new_key(
    anna: Browser, limited: StaffBackend
) -> None:
    await book(anna, amount="41,50", category_ids=str(CATEGORY.id), order_reference="R-7")
    open_again(limited)
    answer = await lift(anna)
    assert answer.status_code == 200
    first, second = (request.headers["idempotency-key"] for request in limited.posts("/points"))
    assert first != second
    body = limited.body("/points")
    assert (body["override"], body["purchase_amount_cents"], body["order_reference"]) == (GIVEN, 4150, "R-7")
    assert body["category_ids"] == [str(CATEGORY.id)]
    assert "Marie Weber: +41 points, now 460." in anna.text
    assert not owners_form(anna)


async def test_a_large_amount_is_not_asked_about_again(anna: Browser, limited: StaffBackend) -> None:
    await book(anna, amount="4150", confirmed="415000")
    open_again(limited)
    await lift(anna)
    assert limited.body("/points")["purchase_amount_cents"] == 415_000


async def test_both_buttons_on_the_screen_share_the_key_so_that_they_book_once(
    anna: Browser, limited: StaffBackend
) -> None:
    await book(anna, amount="10")
    assert len(re.findall(rf'name="idem" value="{anna.hidden("idem")}"', anna.page)) == 2


@pytest.mark.parametrize(
    ("command", "path", "what"),
    [
        ("stamps", "/stamps", "Stamp"),
        ("redemptions/stamps", "/redemptions", "Coffee"),
        (f"redemptions/{CARD.rewards[0].id}", "/redemptions", "Tote bag"),
        (f"holds/{HOLD.id}/confirm", "/confirm", "Tote bag"),
    ],
    ids=["stamp", "stamp card", "reward", "set aside"],
)
async def test_the_owner_sees_what_it_is_that_is_booked_all_the_same(
    anna: Browser, limited: StaffBackend, command: str, path: str, what: str
) -> None:
    limited.till = changed(limited.till, card=changed(CARD, holds=[HOLD]))
    pieces: Form = {f"quantity.{HOLD.id}": "1"}
    await book(anna, command, **pieces)
    assert f"{LIFT} {what}" in anna.text
    await lift(anna)
    assert limited.body(path)["override"] == GIVEN


async def test_fewer_pieces_stay_fewer(anna: Browser, limited: StaffBackend) -> None:
    limited.till = changed(limited.till, card=changed(CARD, holds=[changed(HOLD, quantity=3)]))
    pieces: Form = {f"quantity.{HOLD.id}": "2"}
    await book(anna, f"holds/{HOLD.id}/confirm", **pieces)
    assert f"{LIFT} 2 × Tote bag" in anna.text
    await lift(anna)
    assert limited.body("/confirm")["quantity"] == 2


@pytest.mark.parametrize(
    ("code", "field", "sentence"),
    [
        ("pin_invalid", "override.pin", "Sentence of pin_invalid."),
        ("pin_locked", "override.pin", "Sentence of pin_locked."),
        ("pin_not_set", "override.pin", "This person has no PIN yet."),
        ("override_refused", "override.email", "Sentence of override_refused."),
    ],
)
async def test_what_is_wrong_with_the_owners_answer_stands_beside_it(
    anna: Browser, limited: StaffBackend, code: str, field: str, sentence: str
) -> None:
    await book(anna, amount="41,50")
    limited.answers[POINTS] = refused(403, code)
    assert (await lift(anna)).status_code == 403
    form = owners_form(anna)
    assert form.startswith('<details class="choices" open>')
    assert 'aria-invalid="true"' in tag_of(form, field)
    assert anna.page.count('aria-invalid="true"') == 1
    assert sentence in anna.text
    assert not anna.repeats("97531")
    open_again(limited)
    await lift(anna)
    assert limited.body("/points")["purchase_amount_cents"] == 4150


@pytest.mark.parametrize(
    ("written", "field", "sentence"),
    [
        ({"override.email": ""}, "override.email", "Enter the owner’s email address."),
        ({"override.pin": ""}, "override.pin", "A PIN has 4 to 8 digits."),
        ({"override.pin": "12ab"}, "override.pin", "A PIN has 4 to 8 digits."),
    ],
)
async def test_half_an_answer_is_not_sent(
    anna: Browser, limited: StaffBackend, written: Form, field: str, sentence: str
) -> None:
    await book(anna, "stamps")
    assert (await lift(anna, **written)).status_code == 422
    assert 'aria-invalid="true"' in tag_of(owners_form(anna), field)
    assert sentence in anna.text
    assert len(limited.posts("/stamps")) == 1


async def test_where_pins_are_required_both_are_asked_for_and_each_is_blamed_for_itself(
    anna: Browser, limited: StaffBackend
) -> None:
    limited.till = changed(
        limited.till, program=changed(STAFF_PROGRAM, policy=changed(POLICY, staff_pin_policy="required"))
    )
    await book(anna, "stamps", staff_pin="2468")
    assert not anna.repeats("2468")
    limited.answers[VERIFY] = refused(403, "pin_invalid")
    await lift(anna, staff_pin="1111")
    assert 'aria-invalid="true"' in tag_of(owners_form(anna), "staff_pin")
    assert anna.page.count('aria-invalid="true"') == 1
    assert len(limited.posts("/stamps")) == 1
    limited.answers |= {VERIFY: httpx.Response(204), STAMPS: refused(403, "pin_invalid")}
    await lift(anna, staff_pin="2468")
    assert 'aria-invalid="true"' in tag_of(owners_form(anna), "override.pin")
    assert limited.body("/stamps") | {"staff_pin": "2468", "override": GIVEN} == limited.body("/stamps")


async def test_a_twin_under_way_keeps_the_key_and_the_owners_form(anna: Browser, limited: StaffBackend) -> None:
    await book(anna, "stamps")
    key = anna.hidden("idem")
    limited.answers[STAMPS] = refused(409, "request_in_progress")
    await lift(anna)
    assert anna.hidden("idem") == key
    assert owners_form(anna).startswith('<details class="choices" open>')


async def test_without_scripts_the_limit_is_lifted_by_the_same_form(anna: Browser, limited: StaffBackend) -> None:
    await book(anna, htmx=False, amount="41,50")
    open_again(limited)
    answer = await lift(anna, htmx=False)
    assert (answer.status_code, answer.headers["location"]) == (303, CARD_PATH)
    assert limited.body("/points")["override"] == GIVEN


async def test_without_scripts_no_answer_asks_for_the_pin_again_and_keeps_the_key(
    anna: Browser, limited: StaffBackend
) -> None:
    await book(anna, htmx=False, amount="41,50")
    key = anna.hidden("idem")
    limited.answers[POINTS] = httpx.ConnectError("away")
    assert (await lift(anna, htmx=False)).status_code == 503
    assert not anna.repeats("97531")
    assert 'type="password"' in tag_of(anna.page, "override.pin")
    assert f'action="{CARD_PATH}/points"' in anna.page
    assert [anna.hidden(name) for name in ("idem", "amount")] == [key, "41,50"]
    assert anna.hidden("override.email") == OWNER["override.email"]
