"""The real stack, started once per test process, and users with a browser."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, BrowserContext

from backend.core.settings import Settings
from backend.dev.servers.valkey import EmbeddedValkey
from backend.services import Services, open_services
from tests.conftest import Servers
from tests.journeys.stack import Stack, open_stack
from tests.journeys.till import TillScreen
from tests.journeys.watch import Watch
from tests.world import PASSWORD
from tests.world.patience import PATIENCE_SECONDS
from tests.world.shop import Shop

DATABASE = "journeys"
OpenWindow = Callable[..., Awaitable[BrowserContext]]
WorkAt = Callable[..., Awaitable[TillScreen]]


@pytest.fixture(scope="session")
def orion(servers: Servers, world_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("orion")
    servers.postgres.create_database(DATABASE, template=world_database)
    with (
        EmbeddedValkey(folder / "valkey") as valkey,
        open_stack(servers.settings(DATABASE, redis_url=valkey.url), folder) as stack,
    ):
        yield stack
        assert stack.reports() == []


@pytest.fixture(autouse=True)
def right_time() -> None:
    """That of the machine, which the stack has, too."""


@pytest.fixture(scope="session")
def settings(orion: Stack) -> Settings:
    return orion.settings


@pytest.fixture(scope="session")
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with open_services(replace(settings, pool_size=4)) as opened:
        yield opened


@pytest.fixture(scope="session")
async def http(orion: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """A client for the API, bypassing the frontend."""
    async with httpx.AsyncClient(base_url=orion.api, trust_env=False, timeout=PATIENCE_SECONDS) as opened:
        yield opened


@pytest.fixture
async def open_window(chromium: Browser, orion: Stack) -> AsyncIterator[OpenWindow]:
    """`window = await open_window(locale="lb-LU")`: a separate browser context. Fails when a window reported errors."""
    watch, windows = Watch(orion.url), []

    async def opened(**options: Any) -> BrowserContext:
        told = {"base_url": orion.url, "locale": "en-GB", "viewport": {"width": 1280, "height": 800}}
        context = await chromium.new_context(**told | options)
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        await watch.follow(context)
        windows.append(context)
        return context

    yield opened
    for context in windows:
        await context.close()
    assert watch.complaints == []


@pytest.fixture
def at_work(open_window: OpenWindow) -> WorkAt:
    """`till = await at_work(shop, "anna")`: signed in, with the till open."""

    async def signed_in(shop: Shop, name: str, **options: Any) -> TillScreen:
        till = TillScreen(await (await open_window(**options)).new_page())
        await till.sign_in(shop.emails[name], PASSWORD)
        return till

    return signed_in
