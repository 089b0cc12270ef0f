"""A database and an API of the folder's own: the platform's texts concern everybody."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from litestar.types import ASGIApp
from msgspec.structs import replace

from backend.app import create_app
from backend.core.clock import clock
from backend.core.settings import Settings
from backend.messaging.template_editing.seeding import SeedReport, seed_templates
from backend.services import Services, open_services
from tests.conftest import Servers, client, running
from tests.messaging.template_editing.editor import Editor
from tests.world import ADA, PASSWORD
from tests.world.caller import Promises
from tests.world.limits import forget_everything
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

DATABASE = "templates"


@pytest.fixture(scope="session")
def settings(servers: Servers, world_database: str) -> Settings:
    servers.postgres.create_database(DATABASE, template=world_database)
    return replace(servers.settings(DATABASE), redis_url=f"{servers.valkey.url}?db=3", pool_size=4)


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[ASGIApp]:
    async with running(create_app(settings, {})) as started:
        yield started


@pytest.fixture(scope="session")
async def http(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as opened:
        yield opened


@pytest.fixture(scope="session")
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with open_services(settings, {}) as opened:
        yield opened


@pytest.fixture(scope="session")
async def superuser(servers: Servers, settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(servers.superuser_url(DATABASE))
    yield connection
    await connection.close()


@pytest.fixture(autouse=True)
async def nothing_is_stored(superuser: asyncpg.Connection, services: Services) -> None:
    """Histories are append-only for everybody but the owner of the trigger."""
    async with superuser.transaction():
        await superuser.execute("SET LOCAL session_replication_role = replica")
        for table in ("email_template_override_versions", "email_template_overrides"):
            await superuser.execute(f"DELETE FROM {table}")
        for table in ("email_template_versions", "email_templates", "platform_mails"):
            await superuser.execute(f"DELETE FROM {table}")
    await forget_everything(services.redis)


@pytest.fixture
async def ada(anonymous: AnonymousCaller, promises: Promises) -> Editor:
    """The platform's administrator."""
    signed_in = await anonymous.sign_in(ADA.email, PASSWORD)
    return Editor(anonymous.http, promises, signed_in["token"])


@pytest.fixture
def claire(shop: Shop) -> Editor:
    """The owner of a shop."""
    owner: Editor = Editor.of_owner(shop.claire)
    return owner


async def seeded(services: Services) -> SeedReport:
    async with services.sessions.committing() as session:
        return await seed_templates(session, clock.now())
