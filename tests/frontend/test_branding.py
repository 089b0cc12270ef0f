"""What pages show of the platform follows the settings."""

import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from litestar import Litestar

from frontend.api.client import Caller
from frontend.kit.branding import LiveBranding
from tests.frontend.staff_backend import StaffBackend
from tests.frontend.staff_browser import Browser

WIZARD = {
    "platform_name": "Wizard",
    "support_email": "help@wizard.example",
    "privacy_url": "https://wizard.example/privacy",
    "imprint_url": "https://wizard.example/imprint",
}
TAG = '"a1"'


@pytest.fixture(autouse=True)
def _branding() -> None:
    """Not left out, as in the other tests."""


class Backend:
    """Answers as the backend does, until it is away."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        self.is_away = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/v1/storefront/branding"
        self.asked.append(request.headers.get("if-none-match"))
        if self.is_away:
            raise httpx.ConnectError("away")
        if self.asked[-1] == TAG:
            return httpx.Response(304)
        return httpx.Response(200, json=WIZARD, headers={"etag": TAG})


@pytest.fixture
def fake() -> Backend:
    return Backend()


@pytest.fixture
async def caller(fake: Backend) -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(base_url="http://backend.test", transport=httpx.MockTransport(fake)) as client:
        yield Caller(client, {})


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The process's clock, in its only element."""
    passed = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: passed[0])
    return passed


async def test_the_backend_is_asked_once_a_second_and_sends_only_what_has_changed(
    fake: Backend, caller: Caller, seconds: list[float]
) -> None:
    live = LiveBranding()
    for moment in (0.0, 0.5, 0.999, 1.0, 1.9, 2.0):
        seconds[0] = moment
        await live.refresh(caller)
    assert fake.asked == [None, TAG, TAG]
    assert live.current.platform_name == "Wizard"


async def test_while_the_backend_is_away_the_last_known_name_stays(
    fake: Backend, caller: Caller, seconds: list[float]
) -> None:
    live = LiveBranding()
    await live.refresh(caller)
    fake.is_away = True
    seconds[0] = 1.0
    await live.refresh(caller)
    assert live.current.platform_name == "Wizard"
    fake.is_away = False
    seconds[0] = 2.0
    await live.refresh(caller)
    assert len(fake.asked) == 3


@pytest.fixture
def unknown_yet(shared_app: Litestar) -> Iterator[None]:
    before, shared_app.state.branding = shared_app.state.branding, LiveBranding()
    yield
    shared_app.state.branding = before


@pytest.mark.usefixtures("unknown_yet")
async def test_a_page_shows_the_platforms_name_and_its_addresses(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /storefront/branding"] = httpx.Response(200, json=WIZARD, headers={"etag": TAG})
    await browser.open("/")
    assert "· Wizard</title>" in browser.page
    assert "Wizard keeps points and stamps" in browser.text
    for address in ("https://wizard.example/privacy", "https://wizard.example/imprint", "mailto:help@wizard.example"):
        assert f'href="{address}"' in browser.page


@pytest.mark.usefixtures("unknown_yet")
async def test_every_page_says_that_nothing_can_be_changed_and_until_when(
    browser: Browser, backend: StaffBackend
) -> None:
    shown = WIZARD | {"maintenance_mode": "read_only", "maintenance_until": "2026-12-24T13:30:00Z"}
    backend.answers["GET /storefront/branding"] = httpx.Response(200, json=shown)
    await browser.open("/")
    assert "cannot change or record anything. Expected end: 24 December 2026, 14:30" in browser.text
