"""The `orion` command in the test's own process."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from click.testing import CliRunner, Result

from backend.cli import orion as cli
from backend.core.settings import Settings
from tests.world.ports import own_port

Orion = Callable[..., Awaitable[Result]]


@pytest.fixture(scope="package")
def backend_port() -> str:
    return str(own_port())


@pytest.fixture
def environment(settings: Settings, backend_port: str) -> dict[str, str]:
    return {
        "ORION_ENVIRONMENT": "test",
        "ORION_BACKEND_PORT": backend_port,
        "ORION_DATABASE_URL": settings.database_url,
        "ORION_DATABASE_OWNER_URL": settings.migration_url,
        "ORION_REDIS_URL": settings.redis_url,
        "ORION_SECRET_KEYS": settings.secret_keys,
    }


@pytest.fixture
def orion(environment: dict[str, str]) -> Orion:
    """`result = await orion("migrate", "status")`; keyword arguments are settings."""

    async def run(*words: str, **values: str) -> Result:
        told = environment | {f"ORION_{name.upper()}": value for name, value in values.items()}
        return await asyncio.to_thread(CliRunner().invoke, cli.orion, list(words), env=told)

    return run
