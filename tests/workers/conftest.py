"""A town of the workers' own: a worker looks after every merchant there is, and other tests open hundreds."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from arq.worker import Worker
from litestar.types import ASGIApp
from msgspec.structs import replace

from backend.app import create_app
from backend.core.settings import Settings
from backend.services import Services, open_services
from tests.conftest import Servers, client, running
from tests.doubles.smtp import PostOffice, open_post_office
from tests.workers.attempts import OTTO, Row, Send
from tests.world import WORLD
from tests.world.caller import Json
from tests.world.limits import forget_everything
from tests.world.patience import PATIENCE_SECONDS
from tests.world.platform import with_mail
from tests.world.shop import Shop
from workers.jobs import outbox
from workers.jobs.mail import send_queued_mails
from workers.jobs.outbox import relay_bulk_outbox, relay_outbox
from workers.queues import make_workers

DATABASE = "workshop"
SHOPS = "SELECT id FROM merchants WHERE code <> ALL ('{" + ",".join(told["code"] for told in WORLD["merchants"]) + "}')"
FORGET_SHOPS = f"""
DO $$ DECLARE its text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR its IN SELECT attrelid::regclass FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
               WHERE attname = 'merchant_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    LOOP EXECUTE 'DELETE FROM ' || its || ' WHERE merchant_id IN ({SHOPS.replace("'", "''")})'; END LOOP;
    DELETE FROM merchants WHERE id IN ({SHOPS});
END $$
"""
"""With all that is theirs; a job that visits all merchants would have more to do with each test."""


@pytest.fixture(scope="session")
def settings(servers: Servers, world_database: str) -> Settings:
    servers.postgres.create_database(DATABASE, template=world_database)
    return replace(servers.settings(DATABASE), redis_url=f"{servers.valkey.url}?db=1", pool_size=4)


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[ASGIApp]:
    async with running(create_app(settings)) as started:
        yield started


@pytest.fixture(scope="session")
async def http(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as opened:
        yield opened


@pytest.fixture(scope="session")
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with open_services(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def superuser_url(servers: Servers, settings: Settings) -> str:
    return servers.superuser_url(DATABASE)


@pytest.fixture(scope="session")
async def superuser(superuser_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(superuser_url)
    yield connection
    await connection.close()


@pytest.fixture
async def post_office() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


@pytest.fixture(autouse=True)
async def nothing_waits(superuser: asyncpg.Connection, services: Services) -> None:
    """Neither shops nor events nor mails nor jobs nor runs of other tests, nor what counts towards limits of mails."""
    await superuser.execute(FORGET_SHOPS)
    tables = ("outbox", "task_runs", "email_logs", "platform_mails")
    for table in (*tables, "mail_allowances", "suppressed_mailboxes", "marketing_slots"):
        await superuser.execute(f"DELETE FROM {table}")
    await forget_everything(services.redis)


@pytest.fixture(autouse=True)
def patient_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, too, one run of the relay handles all that a test has recorded."""
    monkeypatch.setattr(outbox, "RUN_SECONDS", PATIENCE_SECONDS)


@pytest.fixture
def working(services: Services, post_office: PostOffice) -> dict[str, Services]:
    """The context of a worker whose mails go to the post office."""
    return {"services": with_mail(services, email_provider="smtp", smtp_port=post_office.port)}


@asynccontextmanager
async def queue_workers(settings: Settings, context: Json) -> AsyncIterator[list[Worker]]:
    """One for each queue, without timed jobs; each runs what is queued and ends."""
    made = make_workers(settings.redis_url, dict(context), burst=True)
    yield list(made)
    for worker in made:
        # What `Worker.close` does; it still calls redis by a name that is deprecated.
        if worker._pool is not None:
            await worker.pool.aclose(close_connection_pool=True)


@pytest.fixture
async def workers(settings: Settings, working: dict[str, Services]) -> AsyncIterator[list[Worker]]:
    async with queue_workers(settings, working) as made:
        yield made


async def run(workers: Sequence[Worker]) -> None:
    """The quick ones first: what they have queued for the others is done, too."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for worker in workers:
            await worker.async_run()


async def relay_and_send(working: dict[str, Services]) -> None:
    await relay_outbox(working)
    await relay_bulk_outbox(working)
    await send_queued_mails(working)


@pytest.fixture
async def row(shop: Shop, working: dict[str, Services], superuser: asyncpg.Connection) -> Row:
    """The only mail there is: it waits."""
    await shop.anna.enroll(OTTO)
    await relay_outbox(working)

    async def read() -> asyncpg.Record:
        return await superuser.fetchrow("SELECT * FROM email_logs")

    return read


@pytest.fixture
def send(working: dict[str, Services]) -> Send:
    """With these settings beside those of the post office."""

    async def sent(**values: Any) -> None:
        services: Services = working["services"]
        present = msgspec.structs.asdict(services.live.current.email)
        await send_queued_mails({"services": with_mail(services, **present | values)})

    return sent
