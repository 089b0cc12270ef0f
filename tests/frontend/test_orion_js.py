"""The till's scripts in a real Chromium, on the page of till_stub.py."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.chromium import scan
from tests.frontend.till_stub import MARIE, PAGE, POINTS, STAMPS, TillStub

pytestmark = pytest.mark.browser

VECTORS = json.loads((Path(__file__).parents[1] / "loyalty" / "cards" / "codes.json").read_text("utf-8"))
OTTO = VECTORS["valid"][5]["code"]


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """Fails the test when the page reports an error."""
    context = await chromium.new_context()
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert errors == []


@pytest.fixture
async def till(page: Page) -> TillStub:
    stub = TillStub(page)
    await stub.open()
    return stub


async def open_card(till: TillStub, code: str = MARIE) -> None:
    await scan(till.page, code)
    await expect(till.page.locator("h2")).to_have_text(f"Card {code}")
    await expect(till.page.locator("#till")).not_to_have_attribute("aria-busy", "true")
    till.calls.clear()


async def test_the_browser_reads_card_codes_as_the_backend_does(till: TillStub) -> None:
    normalize = "async (texts) => { const m = await import('/static/js/scanner.js'); return texts.map(m.normalize) }"
    assert await till.page.evaluate(normalize, VECTORS["invalid"]) == [None] * len(VECTORS["invalid"])
    typed = [row["typed"] for row in VECTORS["valid"]]
    assert await till.page.evaluate(normalize, typed) == [row["code"] for row in VECTORS["valid"]]


@pytest.mark.parametrize("pause_ms", [0, 60], ids=["at machine speed", "slowly"])
async def test_a_scan_opens_the_card_wherever_the_cursor_is(till: TillStub, pause_ms: float) -> None:
    await till.page.evaluate("document.activeElement.blur()")
    await scan(till.page, MARIE.lower(), pause_ms=pause_ms)
    await expect(till.page.locator("h2")).to_have_text(f"Card {MARIE}")
    await expect(till.page.locator("[data-amount]")).to_be_focused()
    assert till.calls == [("/till/find", {"query": MARIE})]


async def test_a_scan_into_the_finder_is_one_lookup(till: TillStub) -> None:
    await till.page.locator("[name=query]").focus()
    await scan(till.page, MARIE)
    await expect(till.page.locator("h2")).to_have_text(f"Card {MARIE}")
    assert till.calls == [("/till/find", {"query": MARIE})]


NOTE_WHAT_IS_LEFT = """() => document.addEventListener("htmx:before:request", () =>
  (window.left = document.getElementById("note").value))"""
"""Recorded when the card is requested, because the answer replaces the fields."""


async def test_a_scan_into_another_field_takes_its_letters_back(till: TillStub) -> None:
    await till.page.evaluate(NOTE_WHAT_IS_LEFT)
    note = till.page.locator("#note")
    await note.fill("left at the till")
    await note.focus()
    await till.page.keyboard.press("End")
    await scan(till.page, MARIE)
    await expect(till.page.locator("h2")).to_have_text(f"Card {MARIE}")
    assert await till.page.evaluate("left") == "left at the till"


@pytest.mark.parametrize("ends", ["Enter", "Tab"])
async def test_what_a_scanner_says_around_the_code_is_taken_back_too(till: TillStub, ends: str) -> None:
    await till.page.evaluate(NOTE_WHAT_IS_LEFT)
    note = till.page.locator("#note")
    await note.fill("left at the till")
    await note.focus()
    await till.page.keyboard.press("End")
    await till.page.keyboard.type(f"]Q1{MARIE}")
    await till.page.keyboard.press(ends)
    await expect(till.page.locator("h2")).to_have_text(f"Card {MARIE}")
    assert await till.page.evaluate("left") == "left at the till"
    assert till.calls == [("/till/find", {"query": MARIE})]


async def test_a_scan_while_another_card_is_open_switches_the_customer_with_one_lookup(till: TillStub) -> None:
    await open_card(till)
    await scan(till.page, OTTO)
    await expect(till.page.locator("h2")).to_have_text(f"Card {OTTO}")
    assert till.calls == [("/till/find", {"query": OTTO})]


async def test_a_half_typed_amount_is_dropped_and_said_so(till: TillStub) -> None:
    await open_card(till)
    await till.page.keyboard.type("12,50")
    await scan(till.page, OTTO)
    await expect(till.page.locator("#toasts")).to_have_text("12,50 was not recorded.")
    await expect(till.page.locator("h2")).to_have_text(f"Card {OTTO}")
    await expect(till.page.locator("[data-amount]")).to_have_value("")
    assert till.counted() == {"/till/find": 1}


async def test_keys_pressed_while_the_card_is_on_its_way_belong_to_the_new_card(till: TillStub) -> None:
    await open_card(till)
    may_answer = till.hold("/till/find")
    await scan(till.page, OTTO)
    await till.page.keyboard.type("41,5")
    await till.page.keyboard.press("Enter")
    may_answer.set()
    await expect(till.page.locator("h2")).to_have_text("Card same")
    assert [path for path, _ in till.calls] == ["/till/find", POINTS]
    assert till.sent(POINTS) == [{"idem": f"key-{OTTO}", "amount": "41,5"}]


async def test_tab_is_pressed_in_its_turn_on_the_card_that_was_on_its_way(till: TillStub) -> None:
    may_answer = till.hold("/till/find")
    await scan(till.page, OTTO)
    await till.page.keyboard.type("41,5")
    await till.page.keyboard.press("Tab")
    may_answer.set()
    await expect(till.page.locator("[data-amount]")).to_have_value("41,5")
    await expect(till.page.locator("[data-books]").first).to_be_focused()


async def test_an_amount_entered_while_a_customer_is_looked_for_by_name_belongs_to_their_card(till: TillStub) -> None:
    may_answer = till.hold("/till/find")
    await till.page.locator("[name=query]").fill("otto")
    for key in ("Enter", "4", "1", "Enter"):
        await till.page.keyboard.press(key)
    await expect(till.page.locator("#till")).to_have_attribute("aria-busy", "true")
    may_answer.set()
    await expect(till.page.locator("h2")).to_have_text("Card same")
    assert till.sent(POINTS) == [{"idem": "key-otto", "amount": "41"}]
    await expect(till.page.locator("#till")).not_to_have_attribute("aria-busy", "true")


async def test_an_address_entered_before_the_form_has_come_is_in_it(till: TillStub) -> None:
    await open_card(till)
    may_answer = till.hold("/till/new")
    await till.page.keyboard.press("F4")
    await till.page.keyboard.type("ottx")
    await till.page.keyboard.press("Backspace")
    await till.page.keyboard.type("o@example.com")
    may_answer.set()
    await expect(till.page.locator("[name=email]")).to_have_value("otto@example.com")
    await expect(till.page.locator("#toasts")).to_be_empty()


async def test_escape_leaves_the_card_that_was_on_its_way_with_what_was_pressed_for_it(till: TillStub) -> None:
    may_answer = till.hold("/till/find")
    await scan(till.page, OTTO)
    for key in ("+", "Escape"):
        await till.page.keyboard.press(key)
    async with till.page.expect_request("**/till/ready"):
        may_answer.set()
    await till.settled()
    assert till.counted() == {"/till/find": 1, "/till/ready": 1}


async def test_a_search_that_the_page_repeats_by_itself_leaves_the_keys_to_the_person(till: TillStub) -> None:
    await open_card(till)
    till.away.add("/till/find")
    await scan(till.page, OTTO)
    await expect(till.page.locator("h2")).to_have_text("No answer")
    may_answer = till.hold("/till/find")
    async with till.page.expect_request("**/till/find"):
        await till.page.evaluate("dispatchEvent(new Event('online'))")
    await till.page.locator("[name=query]").fill("")
    await till.page.keyboard.type("weber")
    await expect(till.page.locator("[name=query]")).to_have_value("weber")
    may_answer.set()


async def test_the_answer_to_what_was_asked_before_the_scripts_had_come_leaves_the_keys_free(till: TillStub) -> None:
    page, have_come = till.page, asyncio.Event()

    async def deliver(route: Route) -> None:
        await have_come.wait()
        await route.fallback()

    await page.route("**/js/till.js", deliver)
    may_answer = till.hold("/till/ready")
    await page.goto(page.url, wait_until="commit")
    await page.wait_for_function("window.htmx")
    async with page.expect_request("**/till/ready"):
        await page.evaluate("void htmx.ajax('GET', '/till/ready', {target: '#till'})")
    have_come.set()
    await expect(page.locator("html")).to_have_attribute("data-js", "")
    may_answer.set()
    await expect(page.locator("#find")).to_be_visible()
    await expect(page.locator("#till")).not_to_have_attribute("aria-busy", "true")
    await page.keyboard.press("F4")
    await expect(page.locator("[name=email]")).to_be_focused()


@pytest.mark.parametrize("is_found", [True, False], ids=["found", "not found"])
async def test_a_function_key_pressed_while_a_card_is_on_its_way_is_not_lost(till: TillStub, is_found: bool) -> None:
    may_answer = till.hold("/till/find")
    if not is_found:
        till.away.add("/till/find")
    await scan(till.page, OTTO)
    await till.page.keyboard.press("F4")
    async with till.page.expect_request("**/till/new"):
        may_answer.set()
    await till.settled()
    assert till.counted() == {"/till/find": 1, "/till/new": 1}


async def test_in_the_empty_finder_minus_still_undoes_and_a_name_may_contain_one(till: TillStub) -> None:
    await open_card(till)
    await till.page.keyboard.press("+")
    await expect(till.page.locator("[data-undo]")).to_be_visible()
    finder = till.page.locator("[name=query]")
    await finder.fill("müller")
    await till.page.keyboard.press("-")
    await expect(finder).to_have_value("müller-")
    await finder.fill("")
    await till.page.keyboard.press("-")
    await expect(till.page.locator("[data-amount]")).to_have_count(0)
    assert till.counted() == {STAMPS: 1, "/till/undo": 1}


async def test_keys_pressed_for_a_card_that_is_not_found_do_nothing(till: TillStub) -> None:
    await open_card(till)
    till.away.add("/till/find")
    may_answer = till.hold("/till/find")
    await scan(till.page, OTTO)
    await till.page.keyboard.press("+")
    may_answer.set()
    await expect(till.page.locator("h2")).to_have_text("No answer")
    await till.settled()
    assert till.counted() == {"/till/find": 1}


async def test_a_scan_during_a_booking_waits_for_the_booking(till: TillStub) -> None:
    await open_card(till)
    may_answer = till.hold(STAMPS)
    async with till.page.expect_request(f"**{STAMPS}"):
        await till.page.keyboard.press("+")
    await scan(till.page, OTTO)
    await till.settled()
    assert till.counted() == {STAMPS: 1}
    may_answer.set()
    await expect(till.page.locator("h2")).to_have_text(f"Card {OTTO}")
    assert [path for path, _ in till.calls] == [STAMPS, "/till/find"]


async def test_a_scan_while_a_purchase_is_being_recorded_does_not_call_it_lost(till: TillStub) -> None:
    await open_card(till)
    may_answer = till.hold(POINTS)
    await till.page.keyboard.type("12,50")
    async with till.page.expect_request(f"**{POINTS}"):
        await till.page.keyboard.press("Enter")
    await scan(till.page, OTTO)
    may_answer.set()
    await expect(till.page.locator("h2")).to_have_text(f"Card {OTTO}")
    await expect(till.page.locator("#toasts")).not_to_contain_text("not recorded")


async def test_typing_a_name_is_not_a_scan(till: TillStub) -> None:
    await till.page.locator("[name=query]").focus()
    await scan(till.page, "weber", pause_ms=5)
    await expect(till.page.locator("[data-row]")).to_have_count(2)
    assert till.calls == [("/till/find", {"query": "weber"})]


async def test_no_letter_is_a_shortcut(till: TillStub) -> None:
    await open_card(till)
    await till.page.locator("h2").focus()
    for letter in "abcdefghijklmnopqrstuvwxyzBCDFGHJKLNPRSTVX":
        await till.page.keyboard.press(letter)
    await till.settled()
    assert till.calls == []


async def test_plus_books_a_stamp_while_the_cursor_is_in_the_amount(till: TillStub) -> None:
    await open_card(till)
    await till.page.keyboard.press("+")
    await expect(till.page.locator("h2")).to_have_text("Card same")
    assert till.counted() == {STAMPS: 1}


async def test_operators_are_text_in_other_fields(till: TillStub) -> None:
    await open_card(till)
    await till.page.keyboard.press("/")
    await till.page.keyboard.type("+352-621/1*")
    await expect(till.page.locator("[name=query]")).to_have_value("+352-621/1*")
    assert till.calls == []


async def test_star_and_a_digit_choose_one_of_several_rewards(till: TillStub) -> None:
    await open_card(till)
    await till.page.keyboard.press("*")
    await till.page.keyboard.press("2")
    await expect(till.page.locator("h2")).to_have_text("Card same")
    assert till.sent("/till/redeem") == [{"reward": "bag"}]


async def test_the_keys_right_after_a_scan_are_a_persons(till: TillStub) -> None:
    """The scan ends with its Enter, however soon the answer arrives."""
    await till.page.clock.install()
    await _stop_the_clock(till, in_seconds=10)
    await scan(till.page, MARIE)
    await till.page.clock.run_for(100)
    await expect(till.page.locator("h2")).to_have_text(f"Card {MARIE}")
    await till.page.locator("h2").focus()
    await till.page.keyboard.press("+")
    await till.page.clock.run_for(200)
    await till.page.clock.resume()
    await expect(till.page.locator("[data-undo]")).to_be_visible()
    assert till.counted()[STAMPS] == 1


async def test_the_digit_of_a_reason_takes_a_booking_back(till: TillStub) -> None:
    await till.show("/till/today")
    await expect(till.page.locator("summary")).to_be_focused()
    await till.page.keyboard.press("Enter")
    async with till.page.expect_request("**/till/void"):
        await till.page.keyboard.press("2")
    await till.settled()
    assert till.sent("/till/void") == [{"amount": "41,50", "reason": "customer"}]


SCANNED = ["R-2026-1", "1", "10412", "*R-12*"]


@pytest.mark.parametrize("receipt", SCANNED)
@pytest.mark.parametrize("screen", ["/till/today", "/till/voiding", "/till/receipt"])
async def test_the_second_scan_of_a_receipt_takes_nothing_back(till: TillStub, screen: str, receipt: str) -> None:
    await till.show(screen)
    await _scan_receipt(till, receipt)
    await _scan_receipt(till, receipt)
    assert till.calls == []


@pytest.mark.parametrize("receipt", SCANNED)
async def test_a_receipt_scanned_over_an_open_card_moves_no_value(till: TillStub, receipt: str) -> None:
    await open_card(till)
    await till.page.keyboard.press("+")
    await expect(till.page.locator("[data-undo]")).to_be_visible()
    await till.page.locator("h2").focus()
    till.calls.clear()
    await _scan_receipt(till, receipt, ends="")
    assert till.calls == []


async def test_a_return_by_receipt_is_recorded_by_keys_that_no_scanner_types(till: TillStub) -> None:
    await till.show("/till/receipt")
    await expect(till.page.locator("h2")).to_be_focused()
    for key in ("2", "Enter"):
        await till.page.keyboard.press(key)
    await till.page.keyboard.press("ArrowDown")
    await expect(till.page.get_by_role("button", name="Wrong amount")).to_be_focused()
    async with till.page.expect_request("**/till/returns"):
        await till.page.keyboard.press("2")
    await till.settled()
    assert till.sent("/till/returns") == [{"reason": "customer"}]


async def test_enter_in_a_field_chooses_no_reason(till: TillStub) -> None:
    await till.show("/till/voiding")
    await till.page.locator("[name=staff_pin]").fill("2468")
    await till.page.keyboard.press("Enter")
    await till.settled()
    assert till.calls == []


async def _scan_receipt(till: TillStub, number: str, *, ends: str = "Enter") -> None:
    """Types at the speed of a scanner, independent of the machine's load: the clock is stopped, then advanced by a
    second.
    """
    await till.page.clock.install()
    await _stop_the_clock(till, in_seconds=10)
    await till.page.keyboard.type(number)
    if ends:
        await till.page.keyboard.press(ends)
    await till.page.clock.run_for(1_000)
    await till.page.clock.resume()
    await till.settled()


async def test_escape_closes_the_rewards_first_and_then_the_card(till: TillStub) -> None:
    await open_card(till)
    await till.page.keyboard.press("*")
    await till.page.keyboard.press("Escape")
    assert await till.page.locator("details").get_attribute("open") is None
    assert till.calls == []
    await till.page.keyboard.press("Escape")
    await expect(till.page.locator("h2")).to_have_count(0)


async def test_digits_go_to_the_amount_from_anywhere(till: TillStub) -> None:
    await open_card(till)
    await till.page.locator("h2").focus()
    await till.page.keyboard.type("41,50")
    await expect(till.page.locator("[data-amount]")).to_have_value("41,50")


async def test_minus_undoes_the_last_booking(till: TillStub) -> None:
    await open_card(till)
    await till.page.keyboard.press("+")
    await expect(till.page.locator("[data-undo]")).to_be_visible()
    await till.page.keyboard.press("-")
    await expect(till.page.locator("[data-amount]")).to_have_count(0)
    assert till.counted() == {STAMPS: 1, "/till/undo": 1}


async def test_the_time_to_undo_runs_out_after_twenty_seconds(till: TillStub) -> None:
    await till.page.clock.install()
    await till.page.reload()
    await till.page.evaluate("htmx.ajax('GET', '/till/cards/1', {target: '#till'})")
    await till.page.clock.run_for(500)
    await till.page.keyboard.press("+")
    await expect(till.page.locator("[data-undo]")).to_be_visible()
    await _stop_the_clock(till, in_seconds=10)
    left = float(await till.page.locator("[data-left]").evaluate("bar => bar.value"))
    assert 0 < left <= 10
    await till.page.clock.run_for(int((left - 1) * 1000))
    await expect(till.page.locator("[data-undo]")).to_be_visible()
    await till.page.clock.run_for(1_500)
    await expect(till.page.locator("[data-undo]")).to_have_count(0)


async def test_a_held_key_books_once(till: TillStub) -> None:
    await open_card(till)
    for _ in range(5):
        await till.page.keyboard.down("+")
    await expect(till.page.locator("h2")).to_have_text("Card same")
    await till.settled()
    assert till.counted() == {STAMPS: 1}


async def test_with_till_keys_off_only_scanning_works(till: TillStub) -> None:
    await till.page.evaluate("document.getElementById('till').dataset.keys = 'off'")
    await open_card(till)
    for key in ("+", "*", "-", "/", "F4", "Escape"):
        await till.page.keyboard.press(key)
    await till.settled()
    assert till.calls == []


async def test_arrows_walk_the_matches_and_enter_opens_one(till: TillStub) -> None:
    await till.page.locator("[name=query]").fill("weber")
    await till.page.keyboard.press("Enter")
    await expect(till.page.locator("[data-row]")).to_have_count(2)
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        await till.page.keyboard.press(key)
    await expect(till.page.locator("h2")).to_have_text("Card picked")
    assert till.counted() == {"/till/find": 1, "/till/cards/2": 1}


async def test_the_focus_is_never_lost_after_a_swap(till: TillStub) -> None:
    for query, sign in (("weber", "[data-row]"), ("nobody", "h2"), (MARIE, "[data-amount]")):
        await till.page.locator("[name=query]").fill(query)
        await till.page.keyboard.press("Enter")
        await expect(till.page.locator(sign).first).to_be_visible()
        await till.settled()
        assert await till.page.evaluate("document.activeElement !== document.body")


NOTE_WHERE_THE_FOCUS_IS = """() => {
  window.places = [];
  const note = () => setTimeout(() => places.push(document.activeElement.tagName));
  new MutationObserver(note).observe(document.getElementById("till"), { childList: true });
}"""


async def test_new_content_never_leaves_the_focus_nowhere_for_a_moment(till: TillStub) -> None:
    await till.page.evaluate(NOTE_WHERE_THE_FOCUS_IS)
    await open_card(till)
    await scan(till.page, OTTO)
    await expect(till.page.locator("h2")).to_have_text(f"Card {OTTO}")
    await till.page.wait_for_function("places.length === 2")
    assert await till.page.evaluate("places") == ["INPUT", "INPUT"]


async def test_an_amount_nobody_can_read_is_said_when_it_is_left(till: TillStub) -> None:
    await open_card(till)
    says = till.page.locator("#amount-says")
    for wrong in ("12.505", "1.2.3", "-5", "0"):
        await till.page.locator("[data-amount]").fill(wrong)
        await till.page.locator("h2").focus()
        await expect(says).to_have_text("Enter the amount, like 12,50.")
    for right in ("5,", "12,50", "12.50", "1.234,50", "1,234.50", "1 234,50", "1’234.50", "4150", "€ 5"):
        await till.page.locator("[data-amount]").fill(right)
        await till.page.locator("h2").focus()
        await expect(says).to_have_text("")


async def test_without_an_answer_the_form_stays_and_the_booking_is_asked_about(till: TillStub) -> None:
    await open_card(till)
    till.away.add(POINTS)
    await till.page.keyboard.type("12,50")
    await till.page.keyboard.press("Enter")
    await expect(till.page.locator("#says")).to_have_text("It was booked.")
    await expect(till.page.locator("[data-amount]")).to_have_value("12,50")
    assert till.counted() == {POINTS: 1, f"/till/bookings/key-{MARIE}": 1}


async def test_the_booking_of_the_pressed_button_is_asked_about(till: TillStub) -> None:
    await open_card(till)
    till.away.add(STAMPS)
    await till.page.keyboard.press("+")
    await expect(till.page.locator("#says")).to_have_text("It was booked.")
    assert till.sent(f"/till/bookings/key-{MARIE}") == [{"command": "stamps", "card_id": "1"}]


async def test_what_became_of_a_booking_is_asked_until_it_is_known(till: TillStub) -> None:
    await open_card(till)
    asked = f"/till/bookings/key-{MARIE}"
    till.away |= {POINTS, asked}
    await till.page.clock.install()
    await till.page.keyboard.type("12,50")
    async with till.page.expect_event("requestfailed", lambda request: asked in request.url):
        await till.page.keyboard.press("Enter")
    till.away.clear()
    await till.page.clock.run_for(5_000)
    await expect(till.page.locator("#says")).to_have_text("It was booked.")
    assert till.counted() == {POINTS: 1, asked: 2}


@pytest.mark.parametrize("leads_on", ["Escape", "F6", "a scan"])
async def test_the_till_goes_on_asking_about_a_customer_who_was_left_without_an_answer(
    till: TillStub, leads_on: str
) -> None:
    await open_card(till)
    asked = f"/till/bookings/key-{MARIE}"
    till.away |= {POINTS, asked}
    await till.page.clock.install()
    await till.page.keyboard.type("12,50")
    async with till.page.expect_event("requestfailed", lambda request: asked in request.url):
        await till.page.keyboard.press("Enter")
    await (scan(till.page, OTTO) if leads_on == "a scan" else till.page.keyboard.press(leads_on))
    await expect(till.page.locator("#toasts")).to_have_text("Not known yet.")
    await till.page.clock.run_for(5_000)
    await expect(till.page.locator("#toasts")).to_contain_text("Marie Weber: recorded after all.")
    await expect(till.page.locator("h2")).to_have_text([f"Card {OTTO}"] if leads_on == "a scan" else [])
    await till.page.clock.run_for(9_000)
    await till.settled()
    assert till.counted()[f"{asked}/outcome"] == 1


async def test_what_became_of_a_booking_does_not_cover_the_customer_after(till: TillStub) -> None:
    await open_card(till)
    asked = f"/till/bookings/key-{MARIE}"
    till.away.add(POINTS)
    till.covers.add(asked)
    may_answer = till.hold(asked)
    await till.page.keyboard.type("12,50")
    async with till.page.expect_request(f"**{asked}*"):
        await till.page.keyboard.press("Enter")
    await till.page.get_by_role("link", name="Recent").click()
    await expect(till.page.locator("h2")).to_have_text("Card picked")
    async with till.page.expect_event("requestfinished", lambda request: asked in request.url):
        may_answer.set()
    await till.settled()
    await expect(till.page.locator("h2")).to_have_text("Card picked")


@pytest.mark.parametrize("status", [200, 502])
async def test_the_page_of_a_gateway_is_no_answer(till: TillStub, status: int) -> None:
    await open_card(till)
    till.behind_a_gateway.add(POINTS)
    till.status[POINTS] = status
    await till.page.keyboard.type("12,50")
    await till.page.keyboard.press("Enter")
    await expect(till.page.locator("#says")).to_have_text("It was booked.")
    await expect(till.page.locator("h2")).to_have_text(f"Card {MARIE}")
    await expect(till.page.locator("[data-amount]")).to_have_value("12,50")


@pytest.mark.parametrize("why", ["away", "a gateway", "503"])
async def test_a_lookup_without_an_answer_closes_the_card_that_was_open_and_is_repeated(
    till: TillStub, why: str
) -> None:
    await open_card(till)
    {"away": till.away, "a gateway": till.behind_a_gateway}.get(why, set()).add("/till/find")
    till.status["/till/find"] = 503 if why == "503" else 200
    await scan(till.page, OTTO)
    await expect(till.page.locator("h2")).to_have_text("No answer")
    await expect(till.page.locator("[name=query]")).to_have_value(OTTO)
    await till.page.keyboard.press("+")
    assert till.counted() == {"/till/find": 1}
    for ended in (till.away, till.behind_a_gateway):
        ended.clear()
    till.status.clear()
    await till.page.evaluate("dispatchEvent(new Event('online'))")
    await expect(till.page.locator("h2")).to_have_text(f"Card {OTTO}")


@pytest.mark.parametrize("why", ["away", "503"])
async def test_another_customers_line_without_an_answer_closes_the_card_that_was_open(till: TillStub, why: str) -> None:
    await open_card(till)
    await till.page.keyboard.type("12,50")
    till.away |= {"/till/cards/9"} if why == "away" else set()
    till.status["/till/cards/9"] = 503
    await till.page.get_by_role("link", name="Recent").click()
    await expect(till.page.locator("h2")).to_have_text("No answer")
    await expect(till.page.locator("#toasts")).to_have_text("12,50 was not recorded.")
    till.away.clear()
    till.status.clear()
    await till.page.evaluate("dispatchEvent(new Event('online'))")
    await expect(till.page.locator("h2")).to_have_text("Card picked")


async def test_a_lookup_without_an_answer_says_what_it_took_away(till: TillStub) -> None:
    till.away.add("/till/find")
    await till.page.keyboard.press("F4")
    await till.page.locator("[name=email]").fill("lea@example.com")
    await scan(till.page, OTTO)
    await expect(till.page.locator("h2")).to_have_text("No answer")
    await expect(till.page.locator("#toasts")).to_have_text("The new customer was not enrolled.")


async def test_a_lookup_is_repeated_by_itself_unless_something_else_was_opened(till: TillStub) -> None:
    await till.page.clock.install()
    till.away.add("/till/find")
    await scan(till.page, OTTO)
    await expect(till.page.locator("[name=query]")).to_have_value(OTTO)
    await till.page.clock.run_for(5_000)
    till.away.clear()
    await till.page.clock.run_for(5_000)
    await expect(till.page.locator("h2")).to_have_text(f"Card {OTTO}")


@pytest.mark.parametrize("key", ["Escape", "F4", "F6"])
async def test_a_half_typed_amount_is_not_left_without_a_word(till: TillStub, key: str) -> None:
    await open_card(till)
    await till.page.keyboard.type("12,50")
    await till.page.keyboard.press(key)
    await expect(till.page.locator("#toasts")).to_have_text("12,50 was not recorded.")
    await expect(till.page.locator("[data-amount]")).to_have_count(0)


@pytest.mark.parametrize(("field", "said"), [("amount", ["Typed in vain."]), ("staff_pin", [])])
async def test_other_typed_text_is_not_left_without_a_word(till: TillStub, field: str, said: list[str]) -> None:
    await till.show("/till/voiding")
    await till.page.locator(f"details [name={field}]").fill("10")
    await till.page.keyboard.press("F4")
    await expect(till.page.locator("h2")).to_have_text("New customer")
    assert await till.page.locator("#toasts .toast").all_inner_texts() == said


async def test_offline_the_booking_buttons_wait(till: TillStub) -> None:
    await open_card(till)
    await till.page.context.set_offline(True)
    button = till.page.locator("[data-books]").first
    await expect(till.page.locator("#offline")).to_be_visible()
    await expect(button).to_be_disabled()
    await expect(button).to_have_text("Waiting for connection")
    await till.page.context.set_offline(False)
    await expect(till.page.locator("#offline")).to_be_hidden()
    await expect(button).to_be_enabled()
    await expect(button).to_have_text("Add points")


async def test_locked_nothing_is_scanned_and_the_amount_is_kept(till: TillStub) -> None:
    await open_card(till)
    await till.page.keyboard.type("12,5")
    await till.page.keyboard.press("F9")
    await expect(till.page.locator("#pin")).to_be_focused()
    await scan(till.page, OTTO)
    await expect(till.page.locator("#pin")).to_have_value("")
    await till.page.keyboard.type("2468")
    await till.page.keyboard.press("Enter")
    await expect(till.page.locator("[data-amount]")).to_be_focused()
    await expect(till.page.locator("[data-amount]")).to_have_value("12,5")
    assert till.counted() == {"/till/lock": 1, "/till/unlock": 1}


@pytest.mark.parametrize("why", ["away", "a gateway"])
async def test_a_lock_that_gets_no_answer_says_so_where_it_can_be_read(till: TillStub, why: str) -> None:
    await till.page.keyboard.press("F9")
    await expect(till.page.locator("#pin")).to_be_focused()
    (till.away if why == "away" else till.behind_a_gateway).add("/till/unlock")
    await till.page.keyboard.type("2468")
    for _ in range(2):
        async with till.page.expect_request("**/till/unlock"):
            await till.page.keyboard.press("Enter")
        await till.settled()
        await expect(till.page.locator("#lock [data-away]")).to_be_visible()
    await expect(till.page.locator("#pin")).to_have_value("2468")
    till.away.clear()
    till.behind_a_gateway.clear()
    await till.page.keyboard.press("Enter")
    await expect(till.page.locator("#lock > *")).to_have_count(0)


async def test_a_till_left_alone_locks_itself(till: TillStub) -> None:
    await till.page.clock.install()
    await _stop_the_clock(till, in_seconds=10)
    await till.page.route("**/till", _with_autolock)
    await till.page.reload()
    await till.page.clock.run_for(119_000)
    assert till.counted()["/till/lock"] == 0
    await till.page.clock.run_for(1_500)
    await till.page.clock.resume()
    await expect(till.page.locator("#pin")).to_be_focused()


async def _stop_the_clock(till: TillStub, in_seconds: float) -> None:
    """Advances the clock by `in_seconds`; afterwards time passes only when the test advances it."""
    now = float(await till.page.evaluate("Date.now() / 1000"))
    await till.page.clock.pause_at(now + in_seconds)


async def _with_autolock(route: Route) -> None:
    await route.fulfill(body=PAGE.replace('autolock-seconds="0"', 'autolock-seconds="120"'), content_type="text/html")


async def test_the_theme_changes_without_a_reload(till: TillStub) -> None:
    await open_card(till)
    await till.page.keyboard.type("12")
    await till.page.get_by_role("button", name="Dark").click()
    await expect(till.page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(till.page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    await expect(till.page.locator("[data-amount]")).to_have_value("12")
    assert till.sent("/preferences") == [{"theme": "dark"}]
