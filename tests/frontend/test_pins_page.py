"""The PINs of the store's people, at the till."""

from uuid import UUID

import httpx
import pytest

from backend.identity.pins.schemas import PersonPin, StorePins
from tests.frontend.canned import ID, MOMENT, found
from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import Browser

LUC, TOM = UUID(int=77), UUID(int=78)
PINS = StorePins(
    [
        PersonPin(ID, "Anna Kieffer", True, MOMENT, False, None),
        PersonPin(LUC, "Luc Thill", True, None, True, None),
        PersonPin(TOM, "Tom Weis", False, None, False, None),
    ]
)
UNLOCK = f"/till/pins/{LUC}/unlock"


@pytest.fixture
async def at_pins(anna: Browser, backend: StaffBackend) -> Browser:
    backend.answers["GET /store/loyalty/pins"] = found(PINS)
    for change in ("unlock", "clear"):
        backend.answers[f"POST /store/loyalty/pins/*/{change}"] = found(PINS.data[1])
    await anna.open("/till/pins")
    return anna


async def test_it_says_whose_pin_is_locked_disabled_or_missing(at_pins: Browser) -> None:
    for text in ("Anna Kieffer Locked", "Luc Thill Disabled", "Tom Weis Not set"):
        assert text in " ".join(at_pins.text.split())


async def test_nobody_is_offered_to_unlock_their_own(at_pins: Browser) -> None:
    assert f'action="/till/pins/{ID}/unlock"' not in at_pins.page
    assert f'action="{UNLOCK}"' in at_pins.page


@pytest.mark.parametrize("change", ["unlock", "clear"])
async def test_a_change_leads_back_to_the_list(at_pins: Browser, backend: StaffBackend, change: str) -> None:
    answer = await at_pins.submit(f"/till/pins/{LUC}/{change}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/till/pins")
    assert len(backend.posts(f"/pins/{LUC}/{change}")) == 1


async def test_a_refusal_is_told(at_pins: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /store/loyalty/pins/*/unlock"] = refused(429, "rate_limited")
    assert (await at_pins.submit(UNLOCK)).status_code == 429
    assert "Sentence of rate_limited." in at_pins.text


async def test_without_the_permission_the_page_says_so(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /store/loyalty/pins"] = refused(403, "forbidden", permission="loyalty.manage_pins")
    assert (await anna.open("/till/pins")).status_code == 403


async def test_when_the_sign_in_has_ended_it_leads_there(at_pins: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /store/loyalty/pins/*/unlock"] = httpx.Response(401, json=refused(401, "x").json())
    assert (await at_pins.submit(UNLOCK)).headers["location"].startswith("/sign-in")
