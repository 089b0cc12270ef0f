from collections.abc import AsyncIterator
from unittest.mock import AsyncMock

import httpx
import pytest
from litestar import Litestar

from frontend.kit.branding import LiveBranding
from tests.frontend.staff_backend import StaffBackend
from tests.frontend.staff_browser import Browser, app_with


@pytest.fixture(autouse=True)
def _branding(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tests of the branding ask the backend for it."""
    if request.node.get_closest_marker("branding") is None:
        monkeypatch.setattr(LiveBranding, "refresh", AsyncMock())


@pytest.fixture
def backend() -> StaffBackend:
    return StaffBackend()


@pytest.fixture(scope="session")
def shared_app() -> Litestar:
    """Shared by all tests, because compiling the templates takes longer than most of them."""
    return app_with(StaffBackend())


@pytest.fixture
async def browser(shared_app: Litestar, backend: StaffBackend) -> AsyncIterator[Browser]:
    """A browser without a session."""
    shared_app.state.client = httpx.AsyncClient(base_url="http://backend.test", transport=httpx.MockTransport(backend))
    browser = Browser(shared_app)
    async with shared_app.state.client, browser.client:
        yield browser


@pytest.fixture
async def anna(browser: Browser) -> Browser:
    """Anna at the till of FASHIONHUB."""
    await browser.sign_in()
    await browser.open("/till")
    return browser
