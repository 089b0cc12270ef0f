"""A booking wakes a worker in a process of its own: at once, every time, and after a worker was killed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from arq.constants import health_check_key_suffix, in_progress_key_prefix, job_key_prefix

from backend.core.clock import clock
from backend.core.queue import RELAY
from backend.core.settings import Settings
from backend.services import Services
from backend.wallets.wallet_links import open_link
from tests.forks import Fork
from tests.world.office import Office
from tests.world.process import environment
from tests.world.shop import Shop
from workers.leased_worker import LEASE_SECONDS
from workers.queues import QUEUES

pytestmark = pytest.mark.slow

BOOKINGS = 10
SOON_SECONDS = 10
"""The promise is one second; a machine that is busy with other tests is no bug. The timed jobs are further away."""
START_SECONDS = 60
WAITS_FOR_US = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%' || $1 || '%'
"""

Check = Callable[[], Awaitable[bool]]
StartWorker = Callable[[], AbstractAsyncContextManager[Fork]]
Hold = Callable[[str, str, UUID], AbstractAsyncContextManager[None]]


@pytest.fixture
def a_worker(settings: Settings, tmp_path: Path, forks: str) -> StartWorker:
    """One without timed jobs, until the block ends."""

    @asynccontextmanager
    async def started() -> AsyncIterator[Fork]:
        path = tmp_path / f"{uuid4()}.log"
        with path.open("wb") as log:
            worker = Fork(forks, ["tests.doubles.untimed_worker"], environment(settings), log.fileno())
        try:
            await until(lambda: contains(path, b"worker_started"), START_SECONDS)
            yield worker
        finally:
            worker.kill()

    return started


async def contains(log: Path, word: bytes) -> bool:
    return word in await asyncio.to_thread(log.read_bytes)


async def until(is_so: Check, seconds: float = SOON_SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.01)


@pytest.fixture
def has_left(superuser: asyncpg.Connection) -> Check:
    """Nothing waits in the outbox, but for what a dead worker has leased."""

    async def nothing_is_due() -> bool:
        due = "SELECT count(*) FROM outbox WHERE available_at <= $1 OR attempts = 0"
        return not await superuser.fetchval(due, clock.now())

    return nothing_is_due


@pytest.fixture
def holding(superuser_url: str) -> Hold:
    """A row that nobody else gets meanwhile."""

    @asynccontextmanager
    async def held(table: str, column: str, value: UUID) -> AsyncIterator[None]:
        connection = await asyncpg.connect(superuser_url)
        try:
            async with connection.transaction():
                await connection.execute(f"SELECT FROM {table} WHERE {column} = $1 FOR UPDATE", value)
                yield
        finally:
            await connection.close()

    return held


async def test_ten_bookings_in_a_row_leave_the_outbox_each_by_its_own_wake_up(
    a_worker: StartWorker, shop: Shop, has_left: Check
) -> None:
    async def nobody_rings() -> bool:
        return not await shop.services.redis.keys(f"{job_key_prefix}{RELAY}:*")

    card = await shop.a_card()
    async with a_worker():
        for _ in range(BOOKINGS):
            await shop.anna.earn(card, cents=100)
            await until(has_left)
            await until(nobody_rings)


async def test_after_a_worker_was_killed_in_a_relay_the_next_booking_is_relayed_at_once(
    a_worker: StartWorker, holding: Hold, shop: Shop, superuser: asyncpg.Connection, has_left: Check
) -> None:
    card, services = await shop.a_card(), shop.services
    async with services.sessions.committing(shop.merchant_id) as session:
        await open_link(session, (shop.merchant_id, UUID(card["id"]), "google"), "pass", clock.now())
    async with a_worker() as worker:
        await until(has_left)
        async with holding("wallet_links", "card_id", UUID(card["id"])):
            await shop.anna.earn(card, cents=100)
            await until(lambda: waits(superuser, "wallet_links"))
            worker.kill()
    assert await superuser.fetchval("SELECT count(*) FROM outbox") > 0, "it was killed before it was done"
    kept = await nothing_is_kept_longer_than_its_lease(services)
    async with a_worker():
        for mark in kept:  # as fresh as can be, however long this worker took to start
            await services.redis.set(mark, b"1", px=LEASE_SECONDS * 1000)
        await shop.anna.earn(card, cents=100)
        await until(has_left)


async def test_a_preview_whose_worker_was_killed_is_made_when_the_lease_ends(
    a_worker: StartWorker, holding: Hold, shop: Shop, services: Services, superuser: asyncpg.Connection
) -> None:
    """Its job may take six hours, and would be kept as long."""
    office = Office.of(shop.claire)
    preview = await office.try_terms()
    async with holding("program_previews", "id", UUID(preview["id"])), a_worker() as worker:
        await until(lambda: waits(superuser, "program_previews"))
        worker.kill()
    kept = await nothing_is_kept_longer_than_its_lease(services)

    async def is_made() -> bool:
        return bool((await office.preview(preview))["state"] == "done")

    async with a_worker():
        # The lease ends.
        await services.redis.delete(*kept)
        await until(is_made)


async def waits(superuser: asyncpg.Connection, table: str) -> bool:
    return bool(await superuser.fetchval(WAITS_FOR_US, table))


async def nothing_is_kept_longer_than_its_lease(services: Services) -> list[bytes]:
    kept: list[bytes] = await services.redis.keys(f"{in_progress_key_prefix}*")
    assert kept, "the dead worker was at something"
    for mark in kept:
        assert await services.redis.pttl(mark) <= LEASE_SECONDS * 1000
    return kept


async def test_a_worker_that_is_stopped_ends_in_peace_and_each_of_its_queues_has_told_its_health(
    a_worker: StartWorker, services: Services
) -> None:
    told = [f"{queue.name}{health_check_key_suffix}" for queue in QUEUES]

    async def all_have_told() -> bool:
        return bool(await services.redis.exists(*told) == len(QUEUES))

    async with a_worker() as worker:
        await until(all_have_told)
        os.kill(worker.pid, signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait) == 0
    assert not await services.redis.exists(*told)
