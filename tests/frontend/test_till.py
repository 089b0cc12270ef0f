"""The till, from the form to the API call and from the answer to the screen."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.identity.factors.schemas import SecondFactors
from backend.loyalty.cards.schemas import CardMatches, NextExpiry
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.bookings import EarnView
from frontend.till.card import repeats
from tests.frontend.canned import BOOKINGS, CARD, booking, changed, found
from tests.frontend.staff_backend import CATEGORY, POLICY, SALE, STAFF_PROGRAM, StaffBackend, enrolled, refused
from tests.frontend.staff_browser import CARD_PATH, HTMX, Browser, Form

LOOKUP = "POST /store/loyalty/cards/lookup"
POINTS = "POST /store/loyalty/cards/*/points"
STAMPS = "POST /store/loyalty/cards/*/stamps"
WOMEN, REWARD = str(CATEGORY.id), str(CARD.rewards[0].id)


@dataclass
class Clock:
    now: float = 1000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which the till detects accidental repetitions."""
    stands = Clock()
    monkeypatch.setattr(repeats, "time", stands)
    return stands


async def book(anna: Browser, command: str = "points", *, htmx: bool = True, **fields: Any) -> httpx.Response:
    if f'action="{CARD_PATH}/' not in anna.page:
        await anna.open(CARD_PATH)
    return await anna.send(f"{CARD_PATH}/{command}", htmx=htmx, **{"idem": anna.hidden("idem")} | fields)


async def test_one_match_opens_the_card(anna: Browser, backend: StaffBackend) -> None:
    answer = await anna.send("/till/find", htmx=True, query="bdfh klnp rstv xgcj")
    assert backend.body("/lookup") == {"query": "bdfh klnp rstv xgcj"}
    assert answer.headers["hx-replace-url"] == CARD_PATH
    assert "Marie Weber" in anna.text
    assert "<html" not in anna.page


async def test_a_name_of_one_chinese_letter_is_looked_for(anna: Browser, backend: StaffBackend) -> None:
    await anna.send("/till/find", htmx=True, query="李")
    assert backend.body("/lookup") == {"query": "李"}
    assert "Marie Weber" in anna.text


async def test_without_scripts_the_same_form_redirects(anna: Browser) -> None:
    answer = await anna.send("/till/find", query="weber")
    assert (answer.status_code, answer.headers["location"]) == (303, CARD_PATH)


async def test_a_card_found_by_last_digits_is_chosen_and_not_opened(anna: Browser, backend: StaffBackend) -> None:
    backend.answers[LOOKUP] = found(CardMatches([CARD], "phone_ending"))
    assert (await anna.send("/till/find", htmx=True, query="3456")).status_code == 200
    assert "1 customer matches" in anna.text
    assert CARD_PATH in anna.page


async def test_several_matches_are_listed(anna: Browser, backend: StaffBackend) -> None:
    backend.answers[LOOKUP] = found(CardMatches([CARD, changed(CARD, state="deactivated")]))
    assert (await anna.send("/till/find", htmx=True, query="weber")).status_code == 200
    assert "2 customers match" in anna.text
    assert "460 points, 6 of 10 stamps" in anna.text
    assert "Deactivated" in anna.text


@pytest.mark.parametrize(
    ("query", "field"),
    [("+352 621 1", 'type="tel" value="+352 621 1"'), ("zoé thill", 'name="last_name" type="text" value="thill"')],
)
async def test_nobody_found_offers_to_enroll_what_was_typed(
    anna: Browser, backend: StaffBackend, query: str, field: str
) -> None:
    backend.answers[LOOKUP] = refused(404, "card_not_found")
    answer = await anna.send("/till/find", htmx=True, query=query)
    assert answer.status_code == 404
    assert f"No customer matches “{query}”." in anna.text
    assert field in anna.page


async def test_what_was_looked_for_is_never_taken_for_the_address_of_a_new_customer(
    anna: Browser, backend: StaffBackend
) -> None:
    backend.answers[LOOKUP] = refused(404, "card_not_found")
    await anna.send("/till/find", htmx=True, query="zoe@example.com")
    tag = next(part for part in anna.page.split("<input")[1:] if 'name="email"' in part).split(">")[0]
    assert 'value=""' in tag


async def test_a_search_without_a_match_keeps_the_cursor_in_the_finder(anna: Browser, backend: StaffBackend) -> None:
    backend.answers[LOOKUP] = refused(404, "card_not_found")
    await anna.send("/till/find", htmx=True, query="weper")
    focused = [part.split(">")[0] for part in anna.page.split("<")[1:] if 'data-autofocus="always"' in part]
    assert len(focused) == 1
    assert 'name="query" type="search" value="weper"' in focused[0]


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "without scripts"])
async def test_a_lookup_without_an_answer_keeps_what_was_looked_for(
    anna: Browser, backend: StaffBackend, htmx: bool
) -> None:
    backend.answers[LOOKUP] = httpx.Response(200, text="<html>Log in to the shop's network</html>")
    assert (await anna.send("/till/find", htmx=htmx, query="weber")).status_code == 503
    assert ('name="query" value="weber"' in anna.page) is not htmx
    assert 'id="find"' not in anna.page


async def test_a_gateway_between_till_and_backend_unlocks_nothing(anna: Browser, backend: StaffBackend) -> None:
    await anna.send("/till/lock", htmx=True)
    backend.answers["POST /store/loyalty/pins/verify"] = httpx.Response(200, text="<html>Welcome</html>")
    assert (await anna.send("/till/unlock", staff_pin="2468", next="/till")).status_code == 503
    assert (await anna.open("/till")).status_code == 423


@pytest.mark.parametrize("path", ["/till/today", CARD_PATH, "/till/enrollment"])
async def test_without_an_answer_the_screen_stays_and_says_so(anna: Browser, backend: StaffBackend, path: str) -> None:
    for call in ("GET /store/loyalty/till", "GET /store/loyalty/transactions"):
        backend.answers[call] = httpx.ConnectError("away")
    assert (await anna.open(path, **HTMX)).status_code == 503
    assert '<hx-partial id="says">' in anna.page
    assert "<section" not in anna.page


async def test_twins_are_told_apart_without_saying_where_they_can_be_reached(
    anna: Browser, backend: StaffBackend
) -> None:
    twin = changed(CARD.customer, email="m.weber@example.org", phone="+352621123456")
    other = changed(CARD.customer, name="Max Weber", email="max@example.com")
    backend.answers[LOOKUP] = found(
        CardMatches([CARD, changed(CARD, id=UUID(int=7), customer=twin), changed(CARD, id=UUID(int=8), customer=other)])
    )
    await anna.send("/till/find", htmx=True, query="weber")
    assert "m•••@example.com" in anna.text
    assert "m•••@example.org · ••• 456" in anna.text
    assert "max" not in anna.text


@pytest.mark.parametrize(
    ("emails", "hints"),
    [
        (("m.weber@gmail.com", "marie@gmail.com"), ("m.•••@gmail.com", "ma•••@gmail.com")),
        (("marie@gmail.com", "marie2@gmail.com"), ("marie•••@gmail.com", "marie2•••@gmail.com")),
        (("m@gmail.com", "marie@gmail.com", "zoe@gmail.com"), ("m•••@gmail.com", "ma•••@gmail.com", "z•••@gmail.com")),
        (("marie@gmail.com", "marie@gmail.com"), ("m•••@gmail.com", "m•••@gmail.com")),
    ],
)
async def test_twins_at_one_mail_host_are_told_apart_by_no_more_letters_than_it_takes(
    anna: Browser, backend: StaffBackend, emails: tuple[str, ...], hints: tuple[str, ...]
) -> None:
    names = ("Marie Weber", "marie weber", "Marie  Weber")
    twins = [changed(CARD.customer, name=name, email=email) for name, email in zip(names, emails, strict=False)]
    cards = [changed(CARD, id=UUID(int=7 + n), customer=twin) for n, twin in enumerate(twins)]
    backend.answers[LOOKUP] = found(CardMatches(cards))
    await anna.send("/till/find", htmx=True, query="weber")
    assert tuple(re.findall(r"[\w.]+•••@gmail.com", anna.text)) == hints


@pytest.mark.parametrize(
    ("event", "line"),
    [
        ([("voided", -7, False, 2), ("earned", 41, False, None)], "−7, +41"),
        ([("voided", -41, False, 2), ("earned", 41, True, None)], "−41"),
        ([("reinstated", 7, False, 2), ("voided", -7, True, 3), ("earned", 41, False, None)], "+41"),
    ],
    ids=["a part", "the whole", "the return undone"],
)
async def test_an_event_tells_what_it_has_moved_in_the_end(
    anna: Browser, backend: StaffBackend, event: list[tuple[str, int, bool, int | None]], line: str
) -> None:
    """The numbers are indexes of the voided transactions within the event."""
    recent = [
        booking(kind, "points", amount, days_ago=0, id=UUID(int=place), voided=voided, voids_id=of and UUID(int=of))
        for place, (kind, amount, voided, of) in enumerate(event, start=1)
    ]
    backend.till = changed(backend.till, recent=recent)
    await anna.open("/till")
    shown = anna.page.split('aria-labelledby="recent"')[1].split("</ol>")[0]
    assert re.findall(r"<span[^>]*>([^<]*)</span>\s*</a>", shown) == [line]


async def test_the_last_bookings_have_one_line_an_event_and_open_the_card(anna: Browser, backend: StaffBackend) -> None:
    def at(seconds: int, kind: str, unit: str, amount: int, **facts: object) -> TransactionView:
        moment = BOOKINGS[0].recorded_at + timedelta(seconds=seconds)
        return booking(kind, unit, amount, days_ago=0, id=UUID(int=seconds + 500), recorded_at=moment, **facts)

    backend.till = changed(
        backend.till,
        recent=[
            at(300, "voided", "points", -7, voids_id=UUID(int=798)),
            at(298, "earned", "points", 7, voided=True),
            at(200, "earned", "stamps", 1),
            at(190, "earned", "points", 41),
            at(100, "welcome_bonus", "points", 50, card_id=UUID(int=2)),
            at(100, "enrolled", "points", 0, card_id=UUID(int=2)),
            at(0, "earned", "points", 9),
        ],
    )
    await anna.open("/till")
    recent = anna.page.split('aria-labelledby="recent"')[1].split("</ol>")[0]
    lines = [re.sub(r"<[^>]+>|\s+", " ", line).split("Weber")[1].strip() for line in recent.split("<li>")[1:]]
    assert lines == ["−7", "+1 stamp, +41", "+50"]
    assert recent.count(f'href="{CARD_PATH}"') == 2


async def test_an_unknown_code_is_not_a_name(anna: Browser, backend: StaffBackend) -> None:
    backend.answers[LOOKUP] = found(CardMatches([]))
    assert (await anna.send("/till/find", htmx=True, query="BDFH KLNP RSTV XGCK")).status_code == 404
    assert "No card has this code." in anna.text


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "without scripts"])
async def test_the_old_code_of_a_replaced_card_says_since_when_and_what_to_do(
    anna: Browser, backend: StaffBackend, htmx: bool
) -> None:
    backend.answers[LOOKUP] = refused(409, "card_replaced")
    assert (await anna.send("/till/find", htmx=htmx, query="BDFH KLNP RSTV XGCJ")).status_code == 409
    assert "Sentence of card_replaced." in anna.text
    assert 'id="find"' in anna.page
    assert "Check the letters" not in anna.text
    assert 'action="/till/enrollment"' not in anna.page


async def test_one_letter_is_too_little_to_look_up(anna: Browser, backend: StaffBackend) -> None:
    assert (await anna.send("/till/find", htmx=True, query="w")).status_code == 422
    assert not backend.posts("/lookup")


async def test_a_sale_is_booked_in_cents_under_the_key_of_its_form(anna: Browser, backend: StaffBackend) -> None:
    await anna.open(CARD_PATH)
    key = anna.hidden("idem")
    backend.offers_undo()
    answer = await book(anna, amount="41,50", category_ids=WOMEN)
    assert answer.status_code == 200
    assert backend.body("/points")["purchase_amount_cents"] == 4150
    assert backend.body("/points")["category_ids"] == [WOMEN]
    assert backend.posts("/points")[-1].headers["idempotency-key"] == f"{key}.points"
    assert "Marie Weber: +41 points, now 460." in anna.text
    assert anna.hidden("idem") != key


async def test_without_scripts_a_booking_redirects_and_is_told_once(anna: Browser) -> None:
    answer = await book(anna, htmx=False, amount="41.50")
    assert (answer.status_code, answer.headers["location"]) == (303, CARD_PATH)
    await anna.open(CARD_PATH)
    assert "Marie Weber: +41 points, now 460." in anna.text
    await anna.open(CARD_PATH)
    assert "+41 points" not in anna.text


@pytest.mark.parametrize("typed", ["12,505", "1.2.3", "-5", "", "zwölf"])
async def test_an_amount_with_two_meanings_is_never_sent(anna: Browser, backend: StaffBackend, typed: str) -> None:
    assert (await book(anna, amount=typed)).status_code == 422
    assert "Enter the amount, like 12,50." in anna.text
    assert f'value="{typed}"' in anna.page
    assert not backend.posts("/points")


async def test_a_surprising_amount_is_asked_about_once(anna: Browser, backend: StaffBackend) -> None:
    assert (await book(anna, amount="4150")).status_code == 422
    assert "Is €4,150.00 right?" in anna.text
    assert "Record €4,150.00" in anna.text
    await book(anna, amount="4150")
    assert not backend.posts("/points")
    await book(anna, amount="4150", confirmed="415000")
    assert backend.body("/points")["purchase_amount_cents"] == 415_000
    await book(anna, amount="9999", confirmed="415000")
    assert len(backend.posts("/points")) == 1


async def test_enter_does_not_confirm_what_was_asked_about(anna: Browser) -> None:
    """Enter presses the first button of a form."""
    await book(anna, amount="4150")
    buttons = re.findall(rf'data-key="([^"]+)" formaction="{CARD_PATH}/points"([^>]*)', anna.page)
    assert [key for key, _ in buttons] == ["Enter", "F3"]
    assert ['name="confirmed" value="415000"' in attributes for _, attributes in buttons] == [False, True]


@pytest.mark.parametrize(
    ("command", "confirmed"),
    [("points", "1000"), ("stamps", "again"), ("redemptions/stamps", "again"), (f"redemptions/{REWARD}", "again")],
)
async def test_the_same_command_on_the_same_card_within_two_seconds_is_asked_about(
    anna: Browser, backend: StaffBackend, clock: Clock, command: str, confirmed: str
) -> None:
    def booked() -> int:
        return sum(len(backend.posts(path)) for path in ("/points", "/stamps", "/redemptions"))

    await book(anna, command, amount="10")
    clock.now += 2
    assert (await book(anna, command, amount="10")).status_code == 422
    assert "recorded on this card a moment ago." in anna.text
    assert f'formaction="{CARD_PATH}/{command}" name="confirmed" value="{confirmed}"' in anna.page
    assert booked() == 1
    await book(anna, command, amount="10", confirmed=confirmed)
    clock.now += 2.1
    await book(anna, command, amount="10")
    assert booked() == 3


async def test_another_amount_or_another_card_is_not_the_same_command(
    anna: Browser, backend: StaffBackend, clock: Clock
) -> None:
    await book(anna, amount="10")
    await book(anna, amount="12")
    await anna.send(CARD_PATH.replace("001", "002") + "/points", htmx=True, idem="other", amount="12")
    assert len(backend.posts("/points")) == 3


async def test_below_the_minimum_nothing_is_booked_and_the_till_says_so(anna: Browser, backend: StaffBackend) -> None:
    backend.answers[POINTS] = found(EarnView(None, CARD, 0, None), 201)
    await book(anna, amount="1")
    assert "Nothing was recorded" in anna.text


async def test_a_refusal_shows_its_sentence_on_the_fresh_card_with_a_new_key(
    anna: Browser, backend: StaffBackend
) -> None:
    await anna.open(CARD_PATH)
    key = anna.hidden("idem")
    backend.answers[STAMPS] = refused(409, "stamp_cooldown", remembered=True)
    backend.till = changed(backend.till, card=changed(CARD, points_balance=999))
    answer = await book(anna, "stamps", amount="12,50")
    assert answer.status_code == 409
    assert "Sentence of stamp_cooldown." in anna.text
    assert "999" in anna.text
    assert 'value="12,50"' in anna.page
    assert anna.hidden("idem") not in {"", key}


@pytest.mark.parametrize(
    ("status", "code", "field"),
    [(422, "CATEGORY_REQUIRED", "category_ids"), (403, "pin_invalid", "staff_pin"), (403, "pin_locked", "staff_pin")],
)
async def test_a_refusal_about_a_field_stands_beside_it(
    anna: Browser, backend: StaffBackend, status: int, code: str, field: str
) -> None:
    backend.answers[POINTS] = refused(status, code)
    assert (await book(anna, amount="10", staff_pin="1111")).status_code == status
    tag = next(part for part in anna.page.split("<input")[1:] if f'name="{field}"' in part).split(">")[0]
    assert 'aria-invalid="true"' in tag
    assert not anna.repeats("1111")


async def test_a_twin_that_is_under_way_keeps_the_key(anna: Browser, backend: StaffBackend) -> None:
    await anna.open(CARD_PATH)
    key = anna.hidden("idem")
    backend.answers[POINTS] = refused(409, "request_in_progress")
    await book(anna, amount="10")
    assert anna.hidden("idem") == key


@pytest.mark.parametrize("fault", [httpx.ConnectError("away"), httpx.ReadTimeout("slow"), httpx.Response(503)])
async def test_no_answer_leaves_the_form_on_the_screen(
    anna: Browser, backend: StaffBackend, fault: httpx.Response
) -> None:
    await anna.open(CARD_PATH)
    key = anna.hidden("idem")
    backend.answers[POINTS] = fault
    answer = await book(anna, amount="10")
    assert answer.status_code == 503
    assert "No answer. Press again. It will only be recorded once." in anna.text
    assert f'hx-get="/till/bookings/{key}?command=points&amp;card_id={CARD.id}"' in anna.page
    assert "<form" not in anna.page


async def test_without_scripts_no_answer_brings_the_form_again_with_its_key(
    anna: Browser, backend: StaffBackend
) -> None:
    await anna.open(CARD_PATH)
    key = anna.hidden("idem")
    backend.answers[POINTS] = httpx.ConnectError("away")
    assert (await book(anna, htmx=False, amount="10", category_ids=WOMEN)).status_code == 503
    assert f'<form class="stack" method="post" action="{CARD_PATH}/points">' in anna.page
    assert [anna.hidden(name) for name in ("idem", "amount", "category_ids")] == [key, "10", WOMEN]


async def test_a_booking_stands_although_the_screen_could_not_be_read_again(
    anna: Browser, backend: StaffBackend
) -> None:
    await anna.open(CARD_PATH)
    backend.answers["GET /store/loyalty/till"] = httpx.ConnectError("away")
    answer = await book(anna, amount="41,50")
    assert answer.status_code == 200
    assert "The transaction was recorded." in anna.text


async def test_after_no_answer_the_till_finds_out_what_became_of_it(anna: Browser, backend: StaffBackend) -> None:
    asked = f"/till/bookings/key?command=points&card_id={CARD.id}"
    answer = await anna.open(asked, **{"HX-Request": "true"})
    assert answer.headers["hx-retarget"] == "#till"
    assert "Recorded. It counted only once." in anna.text
    backend.answers["GET /idempotency/*"] = httpx.Response(200, json={"state": "not_booked"})
    await anna.open(asked, **{"HX-Request": "true"})
    assert "Nothing has been recorded so far. Press again. It will only be recorded once." in anna.text
    backend.answers["GET /idempotency/*"] = httpx.Response(200, json={"state": "refused"})
    await anna.open(asked, **{"HX-Request": "true"})
    assert "Nothing was recorded. Press again." in anna.text
    backend.answers["GET /idempotency/*"] = httpx.ConnectError("away")
    await anna.open(asked, **{"HX-Request": "true"})
    assert 'hx-trigger="load delay:4s"' in anna.page


@pytest.mark.parametrize(
    ("state", "card", "sentence"),
    [
        ("booked", f"&card_id={CARD.id}", "Marie Weber: the transaction was recorded after all."),
        ("not_booked", f"&card_id={CARD.id}", "Marie Weber: the transaction was not recorded."),
        ("booked", "", "The transaction was recorded after all."),
        ("refused", "", "The transaction was not recorded."),
    ],
)
async def test_a_person_who_went_on_without_an_answer_hears_later_what_became_of_it(
    anna: Browser, backend: StaffBackend, state: str, card: str, sentence: str
) -> None:
    asked = f"/till/bookings/key/outcome?command=points&waited=120{card}"
    backend.answers["GET /idempotency/*"] = httpx.ConnectError("away")
    assert (await anna.open(asked, **{"HX-Request": "true"})).status_code == 204
    backend.answers["GET /idempotency/*"] = httpx.Response(200, json={"state": state})
    answer = await anna.open(asked, **{"HX-Request": "true"})
    assert 'hx-target="#toasts" hx-swap="beforeend"' in answer.text
    assert sentence in anna.text


async def test_what_may_still_be_under_way_is_not_called_unrecorded(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /idempotency/*"] = httpx.Response(200, json={"state": "not_booked"})
    answer = await anna.open("/till/bookings/key/outcome?command=points&waited=119", **{"HX-Request": "true"})
    assert answer.status_code == 204


async def test_a_redeemed_reward_is_named_large(anna: Browser, backend: StaffBackend) -> None:
    await book(anna, f"redemptions/{REWARD}")
    assert backend.body("/redemptions")["reward_id"] == str(CARD.rewards[0].id)
    assert "Hand over Tote bag" in anna.text


async def test_a_full_stamp_card_is_handed_over(anna: Browser, backend: StaffBackend) -> None:
    backend.till = changed(backend.till, card=changed(CARD, stamp_count=10, reward_ready=True))
    await anna.open(CARD_PATH)
    assert "Reward ready Coffee" in anna.text
    assert f'formaction="{CARD_PATH}/stamps"' not in anna.page
    await book(anna, "redemptions/stamps")
    assert (backend.body("/redemptions")["unit"], backend.body("/redemptions")["reward_id"]) == ("stamps", None)


async def test_the_toast_offers_to_undo_only_its_own_booking(anna: Browser, backend: StaffBackend) -> None:
    backend.offers_undo()
    await anna.open("/till/enrollment")
    await anna.send("/till/enrollment", htmx=True, email="zoe@example.com", idem="x")
    enrolled_toast, undo_toast = anna.page.split("data-toast")[1:3]
    assert "is enrolled" in enrolled_toast
    assert "data-undo" not in enrolled_toast
    assert "Marie Weber: +41" in undo_toast
    assert f"/till/transactions/{SALE.id}/void" in undo_toast


async def test_undo_sends_no_reason_and_shows_the_card(anna: Browser, backend: StaffBackend) -> None:
    answer = await anna.send(f"/till/transactions/{SALE.id}/void", htmx=True, idem="u", card_id=str(CARD.id))
    assert answer.status_code == 200
    assert backend.body("/void")["reason"] is None
    assert "Undone." in anna.text


async def test_a_booking_is_taken_back_later_with_a_reason(anna: Browser, backend: StaffBackend) -> None:
    await anna.open("/till/today")
    assert "Wrong amount" in anna.text
    await anna.send(f"/till/transactions/{SALE.id}/void", later="1", idem="v", reason="Wrong amount", staff_pin="2468")
    assert backend.body("/void")["reason"] == "Wrong amount"
    assert backend.body("/void")["staff_pin"] == "2468"


async def test_what_was_taken_back_already_says_so_in_the_list(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /store/loyalty/transactions/*/void"] = refused(409, "already_void")
    answer = await anna.send(
        f"/till/transactions/{SALE.id}/void", htmx=True, later="1", idem="v", reason="Wrong amount"
    )
    assert answer.status_code == 409
    assert "Sentence of already_void." in anna.text
    assert "All transactions" in anna.text


async def test_a_new_customer_gets_a_card_to_photograph(anna: Browser, backend: StaffBackend) -> None:
    await anna.open("/till/enrollment")
    await anna.send("/till/enrollment", htmx=True, email="zoe@example.com", first_name=" Zoé ", idem="e")
    assert backend.body("/enroll")["first_name"] == "Zoé"
    assert backend.posts("/enroll")[-1].headers["idempotency-key"] == "e"
    assert 'class="qr"' in anna.page
    assert '<details class="phone" open>' in anna.page


async def test_a_customer_who_is_known_is_opened_not_refused(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /store/loyalty/cards/enroll"] = found(enrolled(already=True))
    assert (await anna.send("/till/enrollment", htmx=True, email="marie@example.com", idem="e")).status_code == 200
    assert "Already has a card, since 20 Nov 2026." in anna.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"email": ""}, "Enter the customer’s email address."), ({"email": "zoe"}, "This is not an email address"),
        ({"email": "zoe@x.lu", "phone": "call me"}, "Enter the phone number in digits"),
        ({"email": "zoe@x.lu", "last_name": "www.evil.example"}, "Enter a name of at most 100 characters")],
)  # fmt: skip
async def test_a_field_that_cannot_be_right_is_said_beside_it(
    anna: Browser, backend: StaffBackend, fields: Form, sentence: str
) -> None:
    assert (await anna.send("/till/enrollment", htmx=True, idem="e", **fields)).status_code == 422
    assert sentence in anna.text
    assert not backend.posts("/enroll")


@pytest.mark.parametrize(
    ("policy", "shown"), [("required", "Your PIN"), ("optional", "Your PIN (optional)"), ("disabled", None)]
)
async def test_the_pin_is_asked_for_as_the_policy_says(
    anna: Browser, backend: StaffBackend, policy: str, shown: str | None
) -> None:
    program = changed(STAFF_PROGRAM, policy=changed(POLICY, staff_pin_policy=policy))
    backend.till = changed(backend.till, program=program)
    await anna.open(CARD_PATH)
    assert ('name="staff_pin"' in anna.page) == (shown is not None)
    assert shown is None or shown in anna.text


async def test_where_no_pins_are_used_the_till_signs_out_instead_of_locking(
    anna: Browser, backend: StaffBackend
) -> None:
    assert 'data-autolock-seconds="120"' in anna.page
    assert 'action="/till/lock"' in anna.page
    backend.till = changed(
        backend.till, program=changed(STAFF_PROGRAM, policy=changed(POLICY, staff_pin_policy="disabled"))
    )
    await anna.open("/till")
    assert 'data-autolock-seconds="0"' in anna.page
    assert 'action="/till/lock"' not in anna.page


async def test_something_scanned_that_is_no_card_is_not_enrolled(anna: Browser, backend: StaffBackend) -> None:
    backend.answers[LOOKUP] = found(CardMatches([]))
    await anna.send("/till/find", htmx=True, query="https://elsewhere.example/qr")
    assert "This card does not belong to Orion." in anna.text
    assert 'action="/till/enrollment"' not in anna.page


@pytest.mark.parametrize(
    ("kind", "points", "stamps"), [("hybrid", True, True), ("points", True, False), ("stamps", False, True)]
)
async def test_the_till_shows_what_the_program_has(
    anna: Browser, backend: StaffBackend, kind: str, points: bool, stamps: bool
) -> None:
    backend.till = changed(
        backend.till, program=changed(STAFF_PROGRAM, type=kind), card=changed(CARD, program_type=kind)
    )
    await anna.open(CARD_PATH)
    assert (f'formaction="{CARD_PATH}/points"' in anna.page) == points
    assert (f'formaction="{CARD_PATH}/stamps"' in anna.page) == stamps


@pytest.mark.parametrize("state", ["deactivated", "merged", "erased"])
async def test_a_card_that_is_not_active_takes_no_bookings(anna: Browser, backend: StaffBackend, state: str) -> None:
    backend.till = changed(backend.till, card=changed(CARD, state=state))
    await anna.open(CARD_PATH)
    assert "data-books" not in anna.page.split('id="till"')[1]


async def test_points_that_end_at_midnight_are_told_with_their_last_day(anna: Browser, backend: StaffBackend) -> None:
    expiry = NextExpiry(datetime(2026, 12, 31, 23, tzinfo=UTC), 120)
    backend.till = changed(backend.till, card=changed(CARD, next_expiry=expiry, debt_points=30))
    await anna.open(CARD_PATH)
    assert "120 points expire on 31 Dec 2026" in anna.text
    assert "30 points will be deducted from the next purchase because of a return." in anna.text


async def test_a_locked_till_shows_nothing_until_the_pin_is_right(anna: Browser, backend: StaffBackend) -> None:
    await anna.open(CARD_PATH)
    assert (await anna.send("/till/lock", htmx=True)).status_code == 200
    assert '<hx-partial hx-target="#lock"' in anna.page
    calls = len(backend.asked)
    for path in ("/till", CARD_PATH, "/till/today"):
        assert (await anna.open(path)).status_code == 423
        assert "Marie Weber" not in anna.page
    await book(anna, amount="10")
    assert {request.url.path for request in backend.asked[calls:]} == {"/api/v1/store/loyalty/pins/colleagues"}
    backend.answers["POST /store/loyalty/pins/verify"] = refused(403, "pin_invalid", tries_left=3)
    assert (await anna.send("/till/unlock", staff_pin="0000", next=CARD_PATH)).status_code == 403
    assert "Sentence of pin_invalid." in anna.text
    backend.answers["POST /store/loyalty/pins/verify"] = httpx.Response(204)
    assert (await anna.send("/till/unlock", staff_pin="2468", next=CARD_PATH)).headers["location"] == CARD_PATH
    assert (await anna.open(CARD_PATH)).status_code == 200


async def test_a_person_who_has_no_pin_sets_one_although_the_till_is_locked(
    anna: Browser, backend: StaffBackend
) -> None:
    await anna.send("/till/lock", htmx=True)
    backend.answers["POST /store/loyalty/pins/verify"] = refused(403, "pin_not_set")
    await anna.send("/till/unlock", staff_pin="2468", next="/till")
    assert "Sentence of pin_not_set." in anna.text
    assert 'href="/profile/pin"' in anna.page
    backend.answers["GET /auth/me/second-factors"] = found(SecondFactors(False, [], 0, False, is_confirmed=False))
    asked = await anna.open("/profile/pin")
    assert asked.headers["location"] == "/profile/confirm?next=/profile/pin"
    assert (await anna.open(asked.headers["location"])).status_code == 200
