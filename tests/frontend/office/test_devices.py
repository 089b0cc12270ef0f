"""The owner's pages about tablets, against a fake backend."""

from typing import Any

import httpx
import pytest

from backend.devices.schemas import DeviceList, PairingCodeView
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.canned_devices import TABLET
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, StaffBackend, owner, refused
from tests.frontend.staff_browser import Browser, Form

CODE = PairingCodeView(ID, "7K3M9QXA", MOMENT, "https://orion.example/pair#v=1&code=7K3M9QXA")
LIST, ONE, CHANGE, CREATE = (f"{method} /merchant/devices{rest}" for method, rest in (
    ("GET", ""), ("GET", "/*"), ("PATCH", "/*"), ("POST", ""),
))  # fmt: skip
MAKE_CODE, REVOKE, RESUME, MESSAGE, WIPE = (
    f"POST /merchant/devices/*/{what}" for what in ("pairing-code", "revoke", "resume", "message", "wipe")
)
KEEP = "DELETE /merchant/devices/*/wipe"
PATH = f"/office/devices/{ID}"


@pytest.fixture
async def claire(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {
        "POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB), 201),
        LIST: found(DeviceList([TABLET])),
        ONE: found(TABLET),
        CHANGE: found(TABLET),
        CREATE: found(TABLET, 201),
        MAKE_CODE: found(CODE, 201),
        REVOKE: found(TABLET),
        RESUME: found(TABLET),
        MESSAGE: found(TABLET),
        WIPE: found(TABLET),
        KEEP: found(TABLET),
    }
    await browser.sign_in()
    return browser


def sent(backend: StaffBackend, method: str) -> httpx.Request:
    return [request for request in backend.asked if request.method == method][-1]


async def test_the_list_says_how_each_tablet_is(claire: Browser) -> None:
    await claire.open("/office/devices")
    for words in (
        "App 1.4.2 (42)",
        "Battery 17",
        "90 seconds slow",
        "3 transactions wait on it.",
        "2 transactions to review",
        "In use",
        "Last seen:",
    ):
        assert words in claire.text
    assert "<i>left" not in claire.page


async def test_an_owner_without_tablets_hears_what_they_are_for(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = found(DeviceList([]))
    await claire.open("/office/devices")
    assert "A tablet at the counter works like a till" in claire.text


async def test_a_new_tablet_leads_to_its_code(claire: Browser, backend: StaffBackend) -> None:
    await claire.open("/office/devices/new")
    told: Form = {"name": "Counter left", "store_code": ANNA_AT_THE_HUB.code, "profile": "kiosk"}
    answer = await claire.send("/office/devices/new", **told)
    assert sent(backend, "POST").url.path.endswith("/merchant/devices")
    assert answer.headers["location"] == PATH


async def test_a_tablet_has_a_name(claire: Browser) -> None:
    await claire.open("/office/devices/new")
    await claire.send("/office/devices/new", name=" ", store_code=ANNA_AT_THE_HUB.code, profile="till")
    assert "Enter a name of one line" in claire.text


async def test_the_code_is_shown_as_a_drawing_and_as_eight_characters(claire: Browser) -> None:
    await claire.open(PATH)
    await claire.send(f"{PATH}/code")
    assert "7K3M" in claire.text
    assert 'class="qr"' in claire.page
    assert "https://orion.example/pair" not in claire.page


async def test_before_it_is_revoked_one_hears_what_waits_on_it(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PATH)
    assert "3 transactions wait on it." in claire.text
    await claire.send(f"{PATH}/revoke", reason=" ", wipe="yes")
    assert "Enter a reason" in claire.text
    answer = await claire.send(f"{PATH}/revoke", reason="Stolen", wipe="yes")
    assert sent(backend, "POST").content == b'{"reason":"Stolen","wipe":true}'
    assert answer.headers["location"] == "/office/devices?done=revoked"
    await claire.open("/office/devices?done=revoked")
    assert "The tablet is revoked." in claire.text


async def test_a_message_is_sent_and_seen_to_be_confirmed(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PATH)
    await claire.send(f"{PATH}/message", text=" ")
    assert "Enter a message of one line" in claire.text
    answer = await claire.send(f"{PATH}/message", text="Closing at six")
    assert sent(backend, "POST").content == b'{"text":"Closing at six"}'
    assert answer.headers["location"] == f"{PATH}?done=sent"
    told: Any = {"message": "Closing <i>at six", "message_sent_at": MOMENT}
    backend.answers[ONE] = found(changed(TABLET, **told))
    await claire.open(PATH)
    assert "not confirmed yet" in claire.text
    assert "<i>at six" not in claire.page
    backend.answers[ONE] = found(changed(TABLET, **told, message_read_at=MOMENT))
    await claire.open(PATH)
    assert "Confirmed on" in claire.text


async def test_a_tablet_is_asked_to_delete_everything_or_no_more(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PATH)
    answer = await claire.send(f"{PATH}/wipe")
    assert answer.headers["location"] == f"{PATH}?done=asked"
    backend.answers[ONE] = found(changed(TABLET, wipe_requested_at=MOMENT))
    await claire.open(PATH)
    assert "The tablet has not answered yet." in claire.text
    answer = await claire.send(f"{PATH}/wipe", keep="yes")
    assert sent(backend, "DELETE").url.path.endswith("/wipe")
    assert answer.headers["location"] == f"{PATH}?done=kept"


async def test_a_suspended_tablet_is_resumed(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[ONE] = found(changed(TABLET, state="suspended", suspended_at=MOMENT))
    await claire.open(PATH)
    assert "Show a code" not in claire.text
    answer = await claire.send(f"{PATH}/resume")
    assert answer.headers["location"] == f"{PATH}?done=resumed"


async def test_a_revoked_tablet_is_only_looked_at(claire: Browser, backend: StaffBackend) -> None:
    gone: Any = {"state": "revoked", "revoked_at": MOMENT, "revoked_reason": "Stolen", "accept_pending_until": MOMENT}
    backend.answers[ONE] = found(changed(TABLET, **gone))
    await claire.open(PATH)
    assert "Stolen" in claire.text
    assert "<form" not in claire.page.partition("<main")[2].partition("</main")[0]


async def test_what_somebody_else_has_changed_is_said(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[CHANGE] = refused(412, "stale", changed_by="Paul")
    await claire.open(PATH)
    await claire.send(PATH, name="Bar", store_code=ANNA_AT_THE_HUB.code, version="2")
    assert "Paul has changed this meanwhile" in claire.text


async def test_a_wrongly_scanned_code_is_explained(browser: Browser) -> None:
    await browser.open("/pair")
    assert "This code is for the app" in browser.text
