"""A database and an API of the folder's own: settings, the platform's texts and its chain concern everybody."""

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

DATABASE = "audit"


@pytest.fixture(scope="session")
def settings(servers: Servers, world_database: str) -> Settings:
    servers.postgres.create_database(DATABASE, template=world_database)
    return replace(servers.settings(DATABASE), redis_url=f"{servers.valkey.url}?db=4", pool_size=4)


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
