"""A database and an API of the folder's own: settings concern everybody."""

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

DATABASE = "settings"
CANARY = "Tr0ub4dor-canary"
ENVIRON = {
    "ORION_EMAIL_PROVIDER": "smtp",
    "ORION_SMTP_HOST": "mail.environment.example",
    "ORION_SMTP_USE_TLS": "true",
    "ORION_SMTP_USER": "environment",
    "ORION_SMTP_PASSWORD": f"{CANARY}-of-the-environment",
    "ORION_STAMP_PER_MINUTE": "50",
}


@pytest.fixture(scope="session")
def settings(servers: Servers, world_database: str) -> Settings:
    servers.postgres.create_database(DATABASE, template=world_database)
    return replace(servers.settings(DATABASE), redis_url=f"{servers.valkey.url}?db=2", pool_size=4)


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


@pytest.fixture(autouse=True)
async def nothing_is_overridden(superuser: asyncpg.Connection, services: Services) -> None:
    await superuser.execute("DELETE FROM setting_overrides")
    # A version is never used twice, so that every process reads again.
    await superuser.execute("UPDATE setting_versions SET version = version + 1")
    await services.live.refresh()
    await forget_everything(services.redis)


@pytest.fixture
async def ada(anonymous: AnonymousCaller, promises: Promises) -> Administrator:
    signed_in = await anonymous.sign_in(ADA.email, PASSWORD)
    return Administrator(anonymous.http, promises, signed_in["token"])
