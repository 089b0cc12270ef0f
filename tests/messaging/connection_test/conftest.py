"""The environment says SendGrid, the database another mail server."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from litestar.types import ASGIApp
from msgspec.structs import replace

from backend.app import create_app
from backend.core.settings import Settings
from backend.services import Services, open_services
from tests.conftest import Servers, client, running
from tests.settings.administrator import Administrator
from tests.world import ADA, PASSWORD
from tests.world.caller import Promises
from tests.world.limits import forget_everything
from tests.world.till import AnonymousCaller

DATABASE = "connection_test"
ENVIRON = {
    "ORION_EMAIL_PROVIDER": "sendgrid",
    "ORION_SENDGRID_API_KEY": "SG.expired",
    "ORION_EMAIL_FROM_ADDRESS": "noreply@wizard.example",
    "ORION_EMAIL_REPLY_TO": "hello@wizard.example",
}


@pytest.fixture(scope="session")
def settings(servers: Servers, world_database: str) -> Settings:
    servers.postgres.create_database(DATABASE, template=world_database)
    return replace(servers.settings(DATABASE), redis_url=f"{servers.valkey.url}?db=3", pool_size=4)


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[ASGIApp]:
    async with running(create_app(settings, ENVIRON)) as started:
        yield started


@pytest.fixture(scope="session")
async def http(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as opened:
        yield opened


@pytest.fixture(scope="session")
async def services(settings: Settings) -> AsyncIterator[Services]:
    """Another process, with the same environment."""
    async with open_services(settings, ENVIRON) as opened:
        yield opened


@pytest.fixture(scope="session")
async def superuser(servers: Servers, settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(servers.superuser_url(DATABASE))
    yield connection
    await connection.close()


@pytest.fixture
async def ada(
    anonymous: AnonymousCaller, promises: Promises, superuser: asyncpg.Connection, services: Services
) -> Administrator:
    """Nothing is overridden, and nobody has tested anything yet."""
    await superuser.execute("DELETE FROM connection_tests")
    await forget_everything(services.redis)
    signed_in = await anonymous.sign_in(ADA.email, PASSWORD)
    ada = Administrator(anonymous.http, promises, signed_in["token"])
    for category in ("email", "limits", "security", "branding"):
        await ada.reset(category)
    return ada
