"""An installation of its own: what is fuzzed also changes the settings of the platform."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import httpx
import pytest

from backend.app import create_app
from backend.core.ratelimit import Allowance, RateLimiter
from backend.core.settings import Settings
from backend.services import Services, open_services
from tests.conftest import Servers, client, running
from tests.schemathesis.fuzzing import EXAMPLES, Stage
from tests.world.belongings import belongings_of
from tests.world.caller import Promises
from tests.world.shop import hire_admin, open_shop
from tests.world.till import AnonymousCaller

FEW = 20


@pytest.fixture(scope="module")
def unlimited() -> Iterator[None]:
    """A caller may ask as often as examples are drawn."""

    async def take(_: RateLimiter, name: str, caller: str, per_minute: int, *, repeatable: str = "") -> Allowance:
        return Allowance(name, per_minute, per_minute, 60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RateLimiter, "take", take)
        yield


@pytest.fixture(scope="module")
def town_settings(servers: Servers, world_database: str) -> Iterator[Settings]:
    servers.postgres.create_database("fuzzed", template=world_database)
    yield servers.settings("fuzzed")
    servers.postgres.drop_database("fuzzed")


@pytest.fixture(scope="module")
async def town(town_settings: Settings, unlimited: None) -> AsyncIterator[tuple[Services, httpx.AsyncClient]]:
    async with (
        open_services(town_settings) as services,
        running(create_app(town_settings)) as app,
        client(app) as http,
    ):
        yield services, http


@pytest.fixture(scope="module")
async def shared_stage(town: tuple[Services, httpx.AsyncClient], promises: Promises) -> Stage:
    return await _open_stage(*town, promises)


@pytest.fixture
async def stage(shared_stage: Stage, town: tuple[Services, httpx.AsyncClient], promises: Promises) -> Stage:
    """A shop and administrators of the test's own, where it asks so often that it would use them up."""
    return await _open_stage(*town, promises) if EXAMPLES > FEW else shared_stage


async def _open_stage(services: Services, http: httpx.AsyncClient, promises: Promises) -> Stage:
    anonymous = AnonymousCaller(http, promises)
    shop = await open_shop(services, anonymous)
    super_admin = await hire_admin(services, anonymous, "Ada", "super_admin")
    admins = {"super_admin": super_admin, "platform_admin": await hire_admin(services, anonymous, "Paul")}
    admin_ids = {role: UUID((await admin.get("/auth/me"))["id"]) for role, admin in admins.items()}
    return Stage(http, promises, shop, await shop.a_card(), admin_ids, await belongings_of(shop, super_admin))
