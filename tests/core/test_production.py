"""What a production installation refuses, and what it tells anonymous callers."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from backend.cli import orion as cli
from backend.core.settings import Settings
from backend.core.startup import StartRefused, check_start
from backend.staff.passwords import DEMO_PASSWORD, PUBLISHED
from tests.conftest import OwnTown, Servers
from tests.world import ANNA, WORLD
from tests.world.caller import refused
from tests.world.platform import HTTPS, PRODUCTION

KEY = "4be1a7d05c93f28e6b70d1c94f3a825e"
HOUSE = Path(__file__).parents[2]
WRITTEN = re.compile(r'(?i)password\s*=\s*"([^"{]+)"')


@pytest.fixture
async def deputy(servers: Servers, superuser: asyncpg.Connection) -> AsyncIterator[str]:
    """Somebody who is no superuser, and may become one."""
    await superuser.execute("CREATE ROLE deputy LOGIN; GRANT postgres, orion_app TO deputy")
    yield servers.postgres.url("deputy", "town")
    await superuser.execute("DROP ROLE deputy")


async def test_production_does_not_sign_in_to_its_database_as_somebody_who_may_do_everything(
    settings: Settings, servers: Servers, deputy: str
) -> None:
    """The session works as orion_app, but an attacker who breaks out of it is the user who has signed in."""
    for url, sentence in (
        (servers.superuser_url(), "signs in as postgres, who can be a superuser"),
        (deputy, "signs in as deputy, who can be a superuser"),
        (settings.migration_url, "signs in as orion_owner, who owns the database"),
    ):
        told = replace(settings, database_url=url)
        await check_start(told)
        with pytest.raises(StartRefused, match=f"^ORION_DATABASE_URL {sentence}"):
            await check_start(replace(told, environment="production"))


async def test_production_does_not_start_on_a_database_that_only_reads(
    settings: Settings, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("ALTER ROLE orion_app SET default_transaction_read_only = on")
    try:
        with pytest.raises(StartRefused, match="only reads: let ORION_DATABASE_URL lead"):
            await check_start(replace(settings, environment="production"))
    finally:
        await superuser.execute("ALTER ROLE orion_app RESET default_transaction_read_only")


def test_nobody_gets_a_published_password_in_production(settings: Settings) -> None:
    told = {
        "ENVIRONMENT": "production",
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEYS": KEY,
        "PUBLIC_URL": "https://cards.example",
    }
    result = CliRunner().invoke(cli.orion, ["seed"], env={f"ORION_{name}": value for name, value in told.items()})
    assert result.exit_code == 1
    assert "passwords everybody knows" in result.output
    assert result.output.count("\n") == 1


def test_every_password_of_a_world_that_comes_with_orion_is_known_as_published() -> None:
    files = [
        HOUSE / "backend/dev/world.toml",
        *(HOUSE / "backend").rglob("*.py"),
        *(HOUSE / "benchmarks").rglob("*.py"),
    ]
    written = {password for path in files for password in WRITTEN.findall(path.read_text())}
    assert WORLD["password"] in written
    assert written == PUBLISHED


async def test_nobody_signs_in_with_a_published_password_in_production(own_town: OwnTown) -> None:
    in_full_width = DEMO_PASSWORD.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    async with own_town(**PRODUCTION) as town:
        for password in (DEMO_PASSWORD, in_full_width):
            with refused("sign_in_refused", 401):
                await town.anonymous.sign_in(ANNA.email, password)


async def test_production_tells_anonymous_callers_neither_its_metrics_nor_its_documents(own_town: OwnTown) -> None:
    async with own_town(**PRODUCTION) as town:
        for path in ("/metrics", "/docs", "/docs/assets/swagger-ui.css", "/openapi.json"):
            assert (await town.anonymous.send("GET", path)).status_code == 404, path
        assert (await town.anonymous.but(authorization="Bearer ").send("GET", "/metrics")).status_code == 404


async def test_production_tells_both_to_whom_it_is_allowed(own_town: OwnTown) -> None:
    async with own_town(**PRODUCTION, metrics_token=KEY, public_docs=True) as town:
        assert (await town.anonymous.send("GET", "/docs")).status_code == 200
        assert (await town.anonymous.send("GET", "/openapi.json")).status_code == 200
        assert (await town.anonymous.send("GET", "/metrics")).status_code == 404
        prometheus = town.anonymous.but(authorization=f"Bearer {KEY}")
        assert "orion_outbox_pending" in (await prometheus.send("GET", "/metrics")).text


async def test_where_pages_are_https_no_browser_asks_the_api_without(own_town: OwnTown) -> None:
    async with own_town(**HTTPS) as town:
        answer = await town.anonymous.send("GET", "/health/live")
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    async with own_town() as town:
        assert "strict-transport-security" not in (await town.anonymous.send("GET", "/health/live")).headers
