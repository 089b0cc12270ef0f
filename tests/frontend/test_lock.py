"""The lock: one at the till, or a colleague who takes over."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from backend.identity.takeover.schemas import Colleague, Colleagues
from frontend.till.lock import idle
from tests.frontend.canned import ID, changed, found
from tests.frontend.staff_backend import POLICY, STAFF_PROGRAM, StaffBackend, refused
from tests.frontend.staff_browser import CARD_PATH, Browser
from tests.frontend.takeover import COLLEAGUES, LUC, SWITCH, lucs_session

LockAfter = Callable[[int, str], Awaitable[None]]


@pytest.fixture
def lock_after(anna: Browser, backend: StaffBackend, monkeypatch: pytest.MonkeyPatch) -> LockAfter:
    """Opens the till under a policy, and lets a day pass."""

    async def open_and_wait(minutes: int, policy: str) -> None:
        changes = {"lock_after_minutes": minutes, "staff_pin_policy": policy}
        backend.till = changed(backend.till, program=changed(STAFF_PROGRAM, policy=changed(POLICY, **changes)))
        await anna.open("/till")
        now = idle._now()
        monkeypatch.setattr(idle, "_now", lambda: now + timedelta(days=1))

    return open_and_wait


@pytest.fixture
async def locked(anna: Browser, backend: StaffBackend) -> Browser:
    backend.answers[COLLEAGUES] = found(Colleagues([Colleague(ID, "Anna Kieffer"), Colleague(LUC, "Luc Thill")]))
    backend.answers[SWITCH] = found(lucs_session(), 201)
    await anna.open(CARD_PATH)
    await anna.send("/till/lock", htmx=True)
    return anna


async def test_the_lock_offers_the_colleagues_and_at_first_who_is_at_the_till(locked: Browser) -> None:
    await locked.open(CARD_PATH)
    assert "Who is at the till?" in locked.text
    assert locked.page.count('name="user_id"') == 2
    assert locked.fields("/till/unlock")["user_id"] == ""
    assert f'value="{LUC}"' in locked.page


async def test_a_colleague_takes_over_without_htmx(locked: Browser, backend: StaffBackend) -> None:
    await locked.open(CARD_PATH)
    answer = await locked.submit("/till/unlock", user_id=str(LUC), staff_pin="1357")
    assert (answer.status_code, answer.headers["location"]) == (303, CARD_PATH)
    assert backend.body("/switch") == {"user_id": str(LUC), "staff_pin": "1357"}
    await locked.open(CARD_PATH)
    assert backend.asked[-1].headers["authorization"] == "Bearer lucs-token"
    assert "Luc Thill is at the till now. Unrecorded entries are gone." in locked.text
    assert "Anna Kieffer" not in locked.text


async def test_with_htmx_the_page_is_loaded_anew_without_what_was_entered(locked: Browser) -> None:
    answer = await locked.send("/till/unlock", htmx=True, user_id=str(LUC), staff_pin="1357", next=CARD_PATH)
    assert answer.headers["hx-redirect"] == CARD_PATH


async def test_a_person_who_took_over_has_the_till_and_nothing_else_also_an_owner(locked: Browser) -> None:
    await locked.send("/till/unlock", user_id=str(LUC), staff_pin="1357", next="/till")
    await locked.open("/till")
    assert 'href="/profile' not in locked.page
    assert 'href="/office"' not in locked.page
    assert (await locked.open("/office")).status_code == 403
    assert (await locked.open("/")).headers["location"] == "/till"


async def test_a_wrong_pin_keeps_the_till_locked_and_the_choice(locked: Browser, backend: StaffBackend) -> None:
    backend.answers[SWITCH] = refused(403, "pin_invalid", tries_left=3)
    answer = await locked.send("/till/unlock", user_id=str(LUC), staff_pin="0000", next=CARD_PATH)
    assert answer.status_code == 403
    assert "Sentence of pin_invalid." in locked.text
    assert locked.fields("/till/unlock")["user_id"] == str(LUC)
    assert (await locked.open(CARD_PATH)).status_code == 423


@pytest.mark.parametrize(("user_id", "pin"), [(str(LUC), "12"), (str(LUC), ""), ("somebody", "1357")])
async def test_what_cannot_be_a_pin_asks_nobody(locked: Browser, backend: StaffBackend, user_id: str, pin: str) -> None:
    assert (await locked.send("/till/unlock", user_id=user_id, staff_pin=pin)).status_code == 422
    assert backend.posts("/switch") == []
    assert "A PIN has 4 to 8 digits." in locked.text


async def test_without_an_answer_of_the_backend_the_person_there_still_unlocks(
    locked: Browser, backend: StaffBackend
) -> None:
    backend.answers[COLLEAGUES] = httpx.ConnectError("away")
    await locked.open(CARD_PATH)
    assert 'name="user_id"' not in locked.page
    await locked.send("/till/unlock", staff_pin="2468", next=CARD_PATH)
    assert (await locked.open(CARD_PATH)).status_code == 200


async def test_when_the_session_has_ended_the_lock_leads_to_the_sign_in(locked: Browser, backend: StaffBackend) -> None:
    backend.answers[COLLEAGUES] = refused(401, "session_expired")
    assert (await locked.open(CARD_PATH)).headers["location"].startswith("/sign-in")


async def test_an_unused_till_is_locked_by_the_server_too(
    anna: Browser, backend: StaffBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = idle._now()
    await anna.open(CARD_PATH)
    monkeypatch.setattr(idle, "_now", lambda: now + timedelta(seconds=115))
    assert (await anna.open("/till")).status_code == 200
    monkeypatch.setattr(idle, "_now", lambda: now + timedelta(seconds=230))
    assert (await anna.open("/till/bookings/a-key", **{"hx-request": "true"})).status_code == 200
    monkeypatch.setattr(idle, "_now", lambda: now + timedelta(seconds=236))
    assert (await anna.open(CARD_PATH)).status_code == 423
    await anna.send("/till/unlock", staff_pin="2468", next=CARD_PATH)
    assert (await anna.open(CARD_PATH)).status_code == 200


@pytest.mark.parametrize(("minutes", "policy", "after"), [(5, "optional", 300), (0, "required", 0), (5, "disabled", 0)])
async def test_the_policy_says_after_how_long(
    lock_after: LockAfter, anna: Browser, minutes: int, policy: str, after: int
) -> None:
    await lock_after(minutes, policy)
    assert f'data-autolock-seconds="{after}"' in anna.page
    assert (await anna.open("/till")).status_code == (423 if after else 200)
