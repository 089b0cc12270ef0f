"""The forms of the open card: what Enter presses in each, and what travels with it."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from backend.loyalty.cards.schemas import HoldView
from tests.frontend.made_up import CARD, MOMENT, changed
from tests.frontend.staff_backend import POLICY, STAFF_PROGRAM, StaffBackend, refused
from tests.frontend.staff_browser import CARD_PATH, Browser

CONFIRM = "POST /store/loyalty/cards/*/holds/*/confirm"
HOLD = HoldView(UUID(int=33), None, "Tote bag", "points", 200, 2, "reserved", MOMENT + timedelta(minutes=10))


def show(backend: StaffBackend, kind: str = "hybrid", policy: str = "optional", **card: object) -> None:
    program = changed(STAFF_PROGRAM, type=kind, policy=changed(POLICY, staff_pin_policy=policy))
    backend.till = changed(backend.till, program=program, card=changed(CARD, program_type=kind, **card))


def form_with(anna: Browser, deed: str) -> str:
    forms: list[str] = re.findall(r"<form\b.*?</form>", anna.page, re.DOTALL)
    [form] = [form for form in forms if f'name="deed" value="{deed}"' in form]
    return form


def pressed_by_enter(form: str) -> str:
    """A browser presses the first button that submits."""
    buttons: list[str] = re.findall(r"<button\b[^>]*>", form)
    first = next(button for button in buttons if 'type="button"' not in button)
    return first.split('value="')[1].split('"')[0]


def tag_of(form: str, name: str) -> str:
    return next(part for part in form.split("<input")[1:] if f'name="{name}"' in part).split(">")[0]


@pytest.mark.parametrize(
    ("kind", "ready", "pressed"),
    [
        ("hybrid", False, "points"),
        ("hybrid", True, "points"),
        ("points", False, "points"),
        ("stamps", False, "stamp"),
        ("stamps", True, "stamp_reward"),
    ],
)
async def test_enter_records_the_purchase_or_the_stamp_whatever_is_set_aside(
    anna: Browser, backend: StaffBackend, kind: str, ready: bool, pressed: str
) -> None:
    show(backend, kind, holds=[HOLD], reward_ready=ready)
    await anna.open(CARD_PATH)
    assert pressed_by_enter(form_with(anna, pressed)) == pressed


@pytest.mark.parametrize("deed", ["stamp", "stamp_reward"])
async def test_enter_does_not_confirm_a_second_stamp_where_there_is_nothing_else(
    anna: Browser, backend: StaffBackend, deed: str
) -> None:
    show(backend, "stamps", reward_ready=deed == "stamp_reward")
    await anna.open(CARD_PATH)
    for _ in range(2):
        await anna.send(CARD_PATH, htmx=True, idem=anna.hidden("idem"), deed=deed)
    assert "Record it again" in anna.text
    assert pressed_by_enter(form_with(anna, f"{deed}.again")) == deed


async def test_enter_in_the_quantity_of_what_is_set_aside_hands_that_over(anna: Browser, backend: StaffBackend) -> None:
    other = changed(HOLD, id=UUID(int=34))
    show(backend, holds=[HOLD, other])
    await anna.open(CARD_PATH)
    for hold in (HOLD, other):
        form = form_with(anna, f"confirm.{hold.id}")
        assert pressed_by_enter(form) == f"confirm.{hold.id}"
        assert f'name="quantity.{hold.id}"' in form
        assert f'value="release.{hold.id}"' in form


@pytest.mark.parametrize("policy", ["required", "optional"])
async def test_a_wrong_pin_is_said_where_it_was_entered(anna: Browser, backend: StaffBackend, policy: str) -> None:
    other, typed = changed(HOLD, id=UUID(int=34)), {"amount": "12,50", f"quantity.{HOLD.id}": "1"}
    show(backend, policy=policy, holds=[other, HOLD])
    backend.answers[CONFIRM] = refused(403, "pin_invalid")
    await anna.open(CARD_PATH)
    deed = f"confirm.{HOLD.id}"
    await anna.send(CARD_PATH, htmx=True, idem="h", deed=deed, staff_pin="1111", **typed)
    assert 'aria-invalid="true"' in tag_of(form_with(anna, deed), "staff_pin")
    assert 'value="1"' in tag_of(form_with(anna, deed), f"quantity.{HOLD.id}")
    for elsewhere in ("points", f"confirm.{other.id}"):
        assert "aria-invalid" not in tag_of(form_with(anna, elsewhere), "staff_pin")
    assert 'value="12,50"' in tag_of(form_with(anna, "points"), "amount")
