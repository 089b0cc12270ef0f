from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from unittest.mock import AsyncMock

import httpx
import pytest
from litestar import Litestar

from frontend.kit.branding import LiveBranding
from tests.frontend.staff_backend import StaffBackend
from tests.frontend.staff_browser import Browser, app_with
from tests.world.asgi import asgi_transport

Answer = Callable[[httpx.Request], httpx.Response]
Visit = Callable[[Answer], AbstractAsyncContextManager[httpx.AsyncClient]]


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
    browser = Browser(shared_app)
    async with answering(shared_app, backend), browser.client:
        yield browser


@pytest.fixture
def visit(shared_app: Litestar) -> Visit:
    """`async with visit(answer) as customer:` where the backend gives these answers."""

    @asynccontextmanager
    async def with_answers(answer: Answer) -> AsyncIterator[httpx.AsyncClient]:
        visitor = httpx.AsyncClient(
            transport=asgi_transport(shared_app), base_url="http://orion.test", follow_redirects=True
        )
        async with answering(shared_app, answer), visitor:
            yield visitor

    return with_answers


@asynccontextmanager
async def answering(app: Litestar, answer: Answer) -> AsyncIterator[None]:
    """The frontend's backend gives these answers."""
    async with httpx.AsyncClient(base_url="http://backend.test", transport=httpx.MockTransport(answer)) as client:
        app.state.client = client
        yield


@pytest.fixture
async def anna(browser: Browser) -> Browser:
    """Anna at the till of FASHIONHUB."""
    await browser.sign_in()
    await browser.open("/till")
    return browser
