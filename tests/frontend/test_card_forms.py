"""The forms of the open card: which button Enter presses in each, and which values are sent with it."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.loyalty.cards.schemas import HoldView
from backend.loyalty.ledger.schemas.cards import RelinkingView
from backend.loyalty.ledger.schemas.holds import ReservationView
from tests.frontend.canned import CARD, MOMENT, changed, found
from tests.frontend.staff_backend import CATEGORY, POLICY, SALE, STAFF_PROGRAM, StaffBackend, refused
from tests.frontend.staff_browser import CARD_PATH, Browser, Form

CONFIRM, RELEASE = (f"POST /store/loyalty/cards/*/holds/*/{what}" for what in ("confirm", "release"))
REDEEM, STAMPS = (f"POST /store/loyalty/cards/*/{what}" for what in ("redemptions", "stamps"))
LINKS, VOID = "POST /store/loyalty/cards/*/links", "POST /store/loyalty/transactions/*/void"
TILL, UNDO = "GET /store/loyalty/till", f"/till/transactions/{SALE.id}/void"
REWARD, OTHER = str(CARD.rewards[0].id), UUID(int=77)
HOLD = HoldView(UUID(int=33), None, "Tote bag", "points", 200, 2, "reserved", MOMENT + timedelta(minutes=10))


def show(backend: StaffBackend, kind: str = "hybrid", policy: str = "optional", **card: object) -> None:
    program = changed(STAFF_PROGRAM, type=kind, policy=changed(POLICY, staff_pin_policy=policy))
    backend.till = changed(backend.till, program=program, card=changed(CARD, program_type=kind, **card))


def require_receipts(backend: StaffBackend) -> None:
    show(backend)
    policy = changed(backend.till.program.policy, require_order_reference=True)
    backend.till = changed(backend.till, program=changed(backend.till.program, policy=policy))


def commands_of(form: str) -> list[str]:
    """The addresses of the form's buttons, below the address of the card."""
    [action] = re.findall(r'<form [^>]* action="([^"]+)"', form)
    buttons = [tag for tag in re.findall(r"<button\b[^>]*>", form) if 'type="button"' not in tag]
    addresses = [(re.findall(r'formaction="([^"]+)"', tag) or [action])[0] for tag in buttons]
    return [address.split("/", 4)[-1] for address in addresses]


def forms_of(anna: Browser) -> list[str]:
    """The forms that record something on the card."""
    forms: list[str] = re.findall(r"<form\b.*?</form>", anna.page, re.DOTALL)
    return [form for form in forms if ' action="/till/cards/' in form]


def form_with(anna: Browser, command: str) -> str:
    [form] = [form for form in forms_of(anna) if command in commands_of(form)]
    return form


def pressed_by_enter(form: str) -> str:
    """A browser presses the first submit button."""
    return commands_of(form)[0]


def tag_of(form: str, name: str) -> str:
    return next(part for part in form.split("<input")[1:] if f'name="{name}"' in part).split(">")[0]


@pytest.mark.parametrize(
    ("kind", "ready", "pressed"),
    [
        ("hybrid", False, "points"),
        ("hybrid", True, "points"),
        ("points", False, "points"),
        ("stamps", False, "stamps"),
        ("stamps", True, "redemptions/stamps"),
    ],
)
async def test_enter_records_the_purchase_or_the_stamp_beside_rewards_set_aside(
    anna: Browser, backend: StaffBackend, kind: str, ready: bool, pressed: str
) -> None:
    show(backend, kind, holds=[HOLD], reward_ready=ready)
    await anna.open(CARD_PATH)
    assert pressed_by_enter(form_with(anna, pressed)) == pressed


@pytest.mark.parametrize("command", ["stamps", "redemptions/stamps"])
async def test_enter_does_not_confirm_a_second_stamp_where_there_is_nothing_else(
    anna: Browser, backend: StaffBackend, command: str
) -> None:
    show(backend, "stamps", reward_ready=command == "redemptions/stamps")
    await anna.open(CARD_PATH)
    for _ in range(2):
        await anna.send(f"{CARD_PATH}/{command}", htmx=True, idem=anna.hidden("idem"))
    assert "Record it again" in anna.text
    first, confirming = re.findall(rf'<button [^>]*formaction="{CARD_PATH}/{command}"[^>]*>', anna.page)
    assert ["confirmed" in button for button in (first, confirming)] == [False, True]
    assert pressed_by_enter(form_with(anna, command)) == command


async def test_enter_in_the_quantity_of_what_is_set_aside_hands_that_over(anna: Browser, backend: StaffBackend) -> None:
    other = changed(HOLD, id=UUID(int=34))
    show(backend, holds=[HOLD, other])
    await anna.open(CARD_PATH)
    for hold in (HOLD, other):
        form = form_with(anna, f"holds/{hold.id}/confirm")
        assert commands_of(form) == [f"holds/{hold.id}/confirm", f"holds/{hold.id}/release"]
        assert f'name="quantity.{hold.id}"' in form


@pytest.mark.parametrize("policy", ["required", "optional"])
async def test_a_wrong_pin_is_said_where_it_was_entered(anna: Browser, backend: StaffBackend, policy: str) -> None:
    other = changed(HOLD, id=UUID(int=34))
    typed: Form = {"amount": "12,50", f"quantity.{HOLD.id}": "1"}
    show(backend, policy=policy, holds=[other, HOLD])
    backend.answers[CONFIRM] = refused(403, "pin_invalid")
    await anna.open(CARD_PATH)
    command = f"holds/{HOLD.id}/confirm"
    await anna.send(f"{CARD_PATH}/{command}", htmx=True, idem="h", staff_pin="1111", **typed)
    assert 'aria-invalid="true"' in tag_of(form_with(anna, command), "staff_pin")
    assert 'value="1"' in tag_of(form_with(anna, command), f"quantity.{HOLD.id}")
    for elsewhere in ("points", f"holds/{other.id}/confirm"):
        assert "aria-invalid" not in tag_of(form_with(anna, elsewhere), "staff_pin")
    assert 'value="12,50"' in tag_of(form_with(anna, "points"), "amount")


async def done(anna: Browser, command: str, *, htmx: bool, **typed: Any) -> None:
    """Presses the button and expects the card on the screen again."""
    answer = await anna.send(f"{CARD_PATH}/{command}", htmx=htmx, idem=anna.hidden("idem"), **typed)
    assert answer.status_code == (200 if htmx else 303)
    if not htmx:
        await anna.open(answer.headers["location"])


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "without scripts"])
@pytest.mark.parametrize(
    "command",
    [
        "stamps",
        "redemptions/stamps",
        f"redemptions/{REWARD}",
        f"holds/{HOLD.id}/confirm",
        f"holds/{HOLD.id}/release",
        "links",
    ],
)
async def test_the_amount_typed_before_something_else_is_done_on_the_card_is_still_there(
    anna: Browser, backend: StaffBackend, command: str, htmx: bool
) -> None:
    backend.answers |= {CONFIRM: backend.answers[REDEEM], RELEASE: found(ReservationView(HOLD, CARD), 201)}
    backend.answers[LINKS] = found(RelinkingView(CARD))
    require_receipts(backend)
    await anna.open(CARD_PATH)
    key = anna.hidden("idem")
    typed = {"amount": "13,70", "order_reference": "R-7", "category_ids": str(CATEGORY.id), "staff_pin": "2468"}
    await done(anna, command, htmx=htmx, **typed)
    form = form_with(anna, "points")
    assert 'value="13,70"' in tag_of(form, "amount")
    assert 'value="R-7"' in tag_of(form, "order_reference")
    assert "checked" in tag_of(form, "category_ids")
    assert not anna.repeats("2468")
    assert anna.hidden("idem") not in {"", key}
    await anna.open(CARD_PATH)
    assert "13,70" not in anna.page


async def test_a_recorded_amount_is_gone(anna: Browser, backend: StaffBackend) -> None:
    await anna.open(CARD_PATH)
    await done(anna, "points", htmx=True, amount="13,70")
    assert 'value=""' in tag_of(form_with(anna, "points"), "amount")


async def test_the_amount_waits_for_its_card_when_the_screen_could_not_be_read_again(
    anna: Browser, backend: StaffBackend
) -> None:
    await anna.open(CARD_PATH)
    shown, backend.answers[TILL] = backend.answers[TILL], httpx.ConnectError("away")
    await done(anna, "stamps", htmx=True, amount="13,70")
    backend.answers[TILL] = shown
    await anna.open(CARD_PATH)
    assert 'value="13,70"' in tag_of(form_with(anna, "points"), "amount")


async def test_the_amount_of_one_card_never_stands_on_another(anna: Browser, backend: StaffBackend) -> None:
    await anna.open(CARD_PATH)
    await anna.send(f"{CARD_PATH}/stamps", idem="k", amount="13,70")
    show(backend, id=OTHER)
    await anna.open(f"/till/cards/{OTHER}")
    assert 'value=""' in tag_of(form_with(anna, "points"), "amount")


@pytest.mark.parametrize("fault", [None, refused(409, "undo_expired")], ids=["undone", "too late"])
async def test_undo_takes_back_the_whole_and_leaves_the_amount_of_the_next_purchase(
    anna: Browser, backend: StaffBackend, fault: httpx.Response | None
) -> None:
    backend.answers[VOID] = fault or backend.answers[VOID]
    typed: Form = {"open_card": str(CARD.id), "amount": "13,70"}
    await anna.send(UNDO, htmx=True, idem="u", card_id=str(CARD.id), **typed)
    assert backend.body("/void")["amount_cents"] is None
    assert 'value="13,70"' in tag_of(form_with(anna, "points"), "amount")
    assert "was not recorded" not in anna.text


@pytest.mark.parametrize("fault", [None, refused(409, "undo_expired")], ids=["undone", "too late"])
async def test_undo_for_the_customer_before_says_that_the_amount_of_this_one_is_lost(
    anna: Browser, backend: StaffBackend, fault: httpx.Response | None
) -> None:
    backend.answers[VOID] = fault or backend.answers[VOID]
    typed: Form = {"open_card": str(OTHER), "amount": "13,70"}
    await anna.send(UNDO, htmx=True, idem="u", card_id=str(CARD.id), **typed)
    assert 'value=""' in tag_of(form_with(anna, "points"), "amount")
    assert "13,70 was not recorded." in anna.text


async def test_an_owner_who_lifts_the_limit_for_a_stamp_leaves_the_amount(anna: Browser, backend: StaffBackend) -> None:
    stamped, backend.answers[STAMPS] = backend.answers[STAMPS], refused(409, "limit_reached")
    await anna.open(CARD_PATH)
    await anna.send(f"{CARD_PATH}/stamps", htmx=True, idem="k")
    assert 'hx-include="#amount, #order_reference"' in anna.page
    backend.answers[STAMPS] = stamped
    owner = {"override.email": "claire@fashion.example", "override.pin": "97531"}
    await done(anna, "stamps", htmx=True, amount="13,70", **owner)
    assert 'value="13,70"' in tag_of(form_with(anna, "points"), "amount")


async def test_each_button_of_the_card_has_an_address_of_its_own(anna: Browser, backend: StaffBackend) -> None:
    """A till that got no answer asks about the address that was sent."""
    show(backend, holds=[HOLD])
    await anna.open(CARD_PATH)
    holds = [f"holds/{HOLD.id}/confirm", f"holds/{HOLD.id}/release"]
    assert [commands_of(form) for form in forms_of(anna)] == [
        holds,
        ["points", "stamps", f"redemptions/{REWARD}"],
        ["links"],
    ]
    show(backend, reward_ready=True)
    await anna.open(CARD_PATH)
    assert commands_of(form_with(anna, "points")) == ["points", "redemptions/stamps", f"redemptions/{REWARD}"]


async def test_the_address_of_a_button_opens_the_card(anna: Browser, backend: StaffBackend) -> None:
    """Without scripts it is in the address bar after a refusal, and the form for the language leads back to it."""
    show(backend, holds=[HOLD])
    await anna.open(CARD_PATH)
    for command in [command for form in forms_of(anna) for command in commands_of(form)]:
        answer = await anna.open(f"{CARD_PATH}/{command}")
        assert (answer.status_code, answer.headers["location"]) == (303, CARD_PATH)


@pytest.mark.parametrize("path", ["", "/redemptions/nothing", "/holds/33/confirm", "/unknown"])
async def test_nothing_is_recorded_at_an_address_without_a_button(
    anna: Browser, backend: StaffBackend, path: str
) -> None:
    await anna.open(CARD_PATH)
    asked = len(backend.asked)
    answer = await anna.send(f"{CARD_PATH}{path}", htmx=True, idem="k", amount="10")
    assert answer.status_code in {404, 405}
    assert len(backend.asked) == asked


async def test_a_pin_that_may_be_left_out_hides_until_it_is_wanted_or_wrong(
    anna: Browser, backend: StaffBackend
) -> None:
    show(backend, holds=[HOLD])
    for path in (CARD_PATH, "/till/today"):
        await anna.open(path)
        hidden = re.findall(r'<details class="with-pin">.*?</details>', anna.page, re.DOTALL)
        assert len(hidden) == anna.page.count('name="staff_pin"') > 1
        assert all('name="staff_pin"' in part for part in hidden)
    await anna.open(CARD_PATH)
    backend.answers[STAMPS] = refused(403, "pin_invalid")
    await anna.send(f"{CARD_PATH}/stamps", htmx=True, idem="k", staff_pin="1111")
    assert '<details class="with-pin" open>' in form_with(anna, "stamps")
    assert '<details class="with-pin">' in form_with(anna, f"holds/{HOLD.id}/confirm")


@pytest.mark.parametrize(("command", "shown"), [("stamps", "13,70"), ("links", "13,70"), ("points", "")])
async def test_an_amount_stays_when_something_else_turns_out_to_be_recorded(
    anna: Browser, backend: StaffBackend, command: str, shown: str
) -> None:
    asked = f"/till/bookings/key?command={command}&card_id={CARD.id}&open_card={CARD.id}&amount=13,70"
    await anna.open(asked, **{"HX-Request": "true"})
    assert "Recorded. It counted only once." in anna.text
    assert f'value="{shown}"' in tag_of(form_with(anna, "points"), "amount")
