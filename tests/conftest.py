"""Real servers, started once per test process; a database with the demo world; the clock and the limits set back."""

import asyncio
import gc
import io
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import hypothesis
import msgspec
import pytest
import structlog
from litestar import Litestar
from litestar.types import ASGIApp
from msgspec.structs import replace
from playwright.async_api import Browser, async_playwright

import backend.app
from backend.app import GARBAGE_THRESHOLD, behind_middleware, create_api, create_app
from backend.core import logs
from backend.core.clock import clock
from backend.core.migrations import upgrade
from backend.core.settings import Settings
from backend.dev.seed import seed
from backend.dev.servers.launch import tethered
from backend.dev.servers.postgres import SUPERUSER, EmbeddedPostgres
from backend.dev.servers.valkey import EmbeddedValkey
from backend.operations.about import shows_docs
from backend.services import Services, open_services
from tests.axe import Contrast
from tests.chromium import ARGUMENTS, CHROMIUM
from tests.order import in_order
from tests.world import PASSWORD, Colleague
from tests.world.asgi import asgi_transport
from tests.world.caller import Json, Promises
from tests.world.cheap_hashes import cheap_hashes
from tests.world.document import document_text
from tests.world.limits import forget_everything
from tests.world.memory import quick_folder
from tests.world.patience import patient
from tests.world.read_once import read_once
from tests.world.shop import Shop, open_shop
from tests.world.till import AnonymousCaller, Till

# A busy machine is no bug, and a red run is the same when it is run again.
# A busy machine makes examples slowly; that is no fault of a test.
hypothesis.settings.register_profile(
    "orion", max_examples=50, deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("orion")

FAST = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}
STRICT = {"plpgsql.extra_errors": "all"}
"""What PL/pgSQL would warn of is an error."""
WORLD_DATABASE, DATABASE = "world", "town"
TAPE = io.StringIO()
HERE = ("127.0.0.1", 4711)

LogLines = Callable[[], list[Json]]
SignIn = Callable[[Colleague], Awaitable[Till]]


@dataclass(frozen=True)
class Servers:
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey

    def settings(self, database: str = DATABASE, **values: Any) -> Settings:
        told = {
            "environment": "test",
            "database_url": self.postgres.app_url.replace("/orion?", f"/{database}?"),
            "database_owner_url": self.postgres.owner_url.replace("/orion?", f"/{database}?"),
            "redis_url": self.valkey.url,
            "secret_keys": "a key for tests",
            "public_url": "http://orion.test",
        }
        return replace(Settings(), **told | values)

    def superuser_url(self, database: str = DATABASE) -> str:
        return self.postgres.url(SUPERUSER, database)


TESTS = Path(__file__).parent
UNCOVERED = {
    *("architecture", "chaos", "frontend", "i18n", "install", "journeys"),
    *("mutants", "properties", "runbooks", "schemathesis", "strings", "upgrade"),
}
"""Folders whose tests concern no module of the backend."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage doubles the time of a test. It is measured by the first case of each quick test of a module.

    Drawn examples are many cases of one test: they are not measured.
    """
    measured: set[str] = set()
    for item in items:
        name = item.nodeid.partition("[")[0]
        if is_slow(item) or is_drawn(item) or folder_of(item) in UNCOVERED or name in measured:
            item.add_marker("no_cover")
        measured.add(name)
    slow = groupby(sorted(filter(is_slow, items), key=folder_of), folder_of)
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = in_order([list(found) for _, found in slow], [item for item in items if not is_slow(item)], processes)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    with unmeasured(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    with unmeasured(item):
        return (yield)


@contextmanager
def unmeasured(item: pytest.Item) -> Iterator[None]:
    """What a test with `no_cover` prepares is not measured either; pytest-cov leaves out its call only."""
    coverage = getattr(item.config.pluginmanager.get_plugin("_cov"), "cov_controller", None)
    if coverage is None or item.get_closest_marker("no_cover") is None:
        yield
        return
    coverage.pause()
    try:
        yield
    finally:
        coverage.resume()


def folder_of(item: pytest.Item) -> str:
    """The first one below `tests`."""
    return item.path.relative_to(TESTS).parts[0]


def is_drawn(item: pytest.Item) -> bool:
    """Hypothesis makes its examples."""
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False)


def is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


def pytest_collection_finish() -> None:
    """What is loaded now stays: the garbage collector skips it from here on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


@pytest.fixture(scope="session", autouse=True)
def _patience() -> Iterator[None]:
    with patient():
        yield


@pytest.fixture(scope="session", autouse=True)
def _hashes() -> Iterator[None]:
    with cheap_hashes():
        yield


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    with read_once():
        yield


@pytest.fixture(scope="session", autouse=True)
def _garbage() -> Iterator[None]:
    """An application freezes all objects when it starts; those that tests start and stop would stay for ever."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend.app, "_freeze_loaded_objects", lambda: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def log_tape() -> Iterator[io.StringIO]:
    """What the processes under test log, as JSON lines."""
    configure = structlog.configure
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "sys", SimpleNamespace(stderr=TAPE))
        # A logger would remember the first configuration, which may be that of a frontend or of a worker.
        patch.setattr(structlog, "configure", lambda **told: configure(**told | {"cache_logger_on_first_use": False}))
        # Applications made while tests are collected have pointed the loggers elsewhere.
        logs.configure_logs(Settings(environment="test"), "backend")
        yield TAPE


@pytest.fixture
def log_lines(log_tape: io.StringIO) -> LogLines:
    """The lines logged since the test began."""
    # A frontend that was tested before has its own.
    logs.configure_logs(Settings(environment="test"), "backend")
    log_tape.seek(0)
    log_tape.truncate()
    # What something of an earlier test was still writing when the tape was emptied begins in the middle of a line.
    return lambda: [msgspec.json.decode(line) for line in log_tape.getvalue().splitlines() if line.startswith("{")]


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with (
        quick_folder(tmp_path_factory.mktemp("servers")) as folder,
        EmbeddedPostgres(folder / "pg", FAST | STRICT) as postgres,
        EmbeddedValkey(folder / "valkey") as valkey,
    ):
        yield Servers(postgres, valkey)


@pytest.fixture(scope="session")
async def world_database(servers: Servers) -> str:
    """A template: migrated and seeded, with nobody connected."""
    servers.postgres.create_database(WORLD_DATABASE)
    settings = servers.settings(WORLD_DATABASE)
    await asyncio.to_thread(upgrade, settings.migration_url)
    async with open_services(settings) as services:
        await seed(services)
    return WORLD_DATABASE


@pytest.fixture(scope="session")
def settings(servers: Servers, world_database: str) -> Settings:
    servers.postgres.create_database(DATABASE, template=world_database)
    return servers.settings()


@pytest.fixture
def fresh_settings(servers: Servers, world_database: str) -> Iterator[Settings]:
    """A database of the test's own, with the demo world; for what cannot be shared."""
    name = f"town_{uuid4().hex[:8]}"
    servers.postgres.create_database(name, template=world_database)
    yield servers.settings(name)
    servers.postgres.drop_database(name)


@asynccontextmanager
async def running(app: ASGIApp) -> AsyncIterator[ASGIApp]:
    """Start-up and shutdown as a server does them."""
    told: asyncio.Queue[Any] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    scope: Any = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    task = asyncio.ensure_future(app(scope, told.get, heard.put))
    for step in ("startup", "shutdown"):
        await told.put({"type": f"lifespan.{step}"})
        answer = await heard.get()
        assert answer["type"] == f"lifespan.{step}.complete", answer
        if step == "startup":
            try:
                yield app
            except BaseException:
                task.cancel()
                raise
    await task


IDLE_APIS: defaultdict[bool, list[Litestar]] = defaultdict(list)
"""By whether they show the documentation, which is all that is decided when they are made."""


@asynccontextmanager
async def running_api(settings: Settings, environ: Mapping[str, str] | None = None) -> AsyncIterator[ASGIApp]:
    """An API with these settings. Making one takes most of a second; one that a test has left is used again."""
    idle = IDLE_APIS[shows_docs(settings)]
    api = idle.pop() if idle else create_api(settings, environ)
    api.state.settings, api.state.environ = settings, environ
    async with running(behind_middleware(api, settings)) as app:
        yield app
    idle.append(api)


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[ASGIApp]:
    async with running(create_app(settings)) as started:
        yield started


@pytest.fixture(scope="session")
async def services(settings: Settings) -> AsyncIterator[Services]:
    """The same the API holds, opened once more for what tests prepare and look at."""
    async with open_services(replace(settings, pool_size=4)) as opened:
        yield opened


@pytest.fixture(scope="session")
async def superuser(servers: Servers, settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """Sees every row, past row-level security."""
    connection = await asyncpg.connect(servers.superuser_url())
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def promises() -> Promises:
    return Promises(msgspec.json.decode(document_text()))


@asynccontextmanager
async def client(app: ASGIApp, address: tuple[str, int] = HERE) -> AsyncIterator[httpx.AsyncClient]:
    transport = asgi_transport(app, client=address)
    async with httpx.AsyncClient(transport=transport, base_url="http://orion.test") as http:
        yield http


@pytest.fixture(scope="session")
async def http(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as opened:
        yield opened


@pytest.fixture(scope="session")
def forks() -> Iterator[str]:
    """The name at which `tests.forks` starts processes."""
    name = uuid4().hex
    command = tethered([sys.executable, "-m", "tests.forks", name])
    with subprocess.Popen(command, cwd=TESTS.parent, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield name
        process.terminate()


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A test opens a context of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def contrast() -> Contrast:
    """Remembers the looks of texts on all pages."""
    return Contrast()


@pytest.fixture(autouse=True)
def right_time() -> Iterator[None]:
    """Each test begins with a whole minute before it, so that no limit per minute starts anew in its middle."""
    now = clock.now()
    clock.move(now.replace(second=0, microsecond=0) - now)
    yield
    clock.reset()


@pytest.fixture
async def anonymous(http: httpx.AsyncClient, promises: Promises, services: Services) -> AnonymousCaller:
    """Nobody has asked for anything this minute."""
    await forget_everything(services.redis)
    return AnonymousCaller(http, promises)


@pytest.fixture
def sign_in(anonymous: AnonymousCaller) -> SignIn:
    """`till = await sign_in(ANNA)`."""

    async def as_colleague(who: Colleague) -> Till:
        answer = await anonymous.sign_in(who.email, PASSWORD)
        return Till(anonymous.http, anonymous._promises, answer["token"])

    return as_colleague


OpenShop = Callable[..., Awaitable[Shop]]


@pytest.fixture
def shops() -> list[Shop]:
    """Those the test has opened."""
    return []


@pytest.fixture
def opened(services: Services, anonymous: AnonymousCaller, shops: list[Shop]) -> OpenShop:
    """`shop = await opened(terms={...}, policy={...})`."""

    async def with_rules(**rules: Any) -> Shop:
        shops.append(await open_shop(services, anonymous, **rules))
        return shops[-1]

    return with_rules


@pytest.fixture
async def shop(opened: OpenShop) -> Shop:
    return await opened()


@dataclass(frozen=True)
class Town:
    """A database and an API of the test's own."""

    settings: Settings
    app: ASGIApp
    services: Services
    superuser: asyncpg.Connection
    anonymous: AnonymousCaller

    async def open_shop(self, **rules: Any) -> Shop:
        return await open_shop(self.services, self.anonymous, **rules)


OwnTown = Callable[..., AbstractAsyncContextManager[Town]]


@pytest.fixture
def own_town(servers: Servers, fresh_settings: Settings, promises: Promises) -> OwnTown:
    """`async with own_town(redis_url=...) as town:`. `environ` gives platform settings their values."""

    @asynccontextmanager
    async def with_settings(environ: Mapping[str, str] | None = None, **values: Any) -> AsyncIterator[Town]:
        settings = replace(fresh_settings, pool_size=4, **values)
        database = database_of(settings)
        superuser = await asyncpg.connect(servers.superuser_url(database))
        async with (
            open_services(settings, environ or {}) as services,
            running_api(settings, environ or {}) as app,
            client(app) as http,
        ):
            yield Town(settings, app, services, superuser, AnonymousCaller(http, promises))
        await superuser.close()

    return with_settings


def database_of(settings: Settings) -> str:
    return urlsplit(settings.database_url).path[1:]
