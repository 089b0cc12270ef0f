"""A worker without Redis: it says so, does what PostgreSQL holds, and takes up its queues when Redis is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from arq.worker import func
from msgspec.structs import replace as with_values

from backend.core.clock import clock
from backend.core.queue import QUEUE_NAME, open_queue
from backend.core.settings import Settings
from backend.core.startup import StartRefused
from backend.operations.wallets.tasks import queue_sync
from backend.services import Services
from backend.wallets.due import SyncScope
from backend.wallets.wallet_links import open_link
from tests.conftest import LogLines
from tests.doubles.line import Line, Moment, redis_by_line
from tests.doubles.phone import Phones
from tests.doubles.smtp import PostOffice
from tests.forks import Fork
from tests.world.patience import until
from tests.world.process import environment
from tests.world.shop import Shop
from workers import main, redis_link
from workers.jobs.mail import send_queued_mails
from workers.jobs.outbox import relay_outbox
from workers.jobs.wallets import find_lost_syncs, sync_waiting_passes
from workers.jobs.webhooks import find_due_webhooks
from workers.leased_worker import LeasedWorker
from workers.queues import make_workers
from workers.redis_link import RedisLink
from workers.schedule import at
from workers.timetable import Timetable

EVERY_SECOND = set(range(60))
AT_ONCE = 3
"""Jobs at the same time."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_link, "PAUSE_SECONDS", 0.02)


@pytest.fixture
async def line(settings: Settings) -> AsyncIterator[tuple[Settings, Line]]:
    async with redis_by_line(settings) as by_line:
        yield by_line


def away_and_back(log_lines: LogLines) -> list[str]:
    return [row["event"] for row in log_lines() if row["event"] in {"redis_away", "redis_back"}]


@asynccontextmanager
async def working_with(settings: Settings, work: Any) -> AsyncIterator[LeasedWorker]:
    """One queue, at which `work` is done."""
    worker = LeasedWorker(
        link=RedisLink(), queue_name=QUEUE_NAME, functions=[func(work, name="work", max_tries=3)],
        redis_pool=open_queue(settings.redis_url, connections=8, seconds=1), handle_signals=False,
        max_jobs=AT_ONCE, poll_delay=0.01, keep_result=0,
        job_serializer=make_workers(settings.redis_url, {})[0].job_serializer,
        job_deserializer=make_workers(settings.redis_url, {})[0].job_deserializer,
    )  # fmt: skip
    running = asyncio.create_task(worker.async_run())
    try:
        yield worker
        assert not running.done(), running
    finally:
        worker.allow_pick_jobs = False
        running.cancel()
        await asyncio.gather(running, *worker.tasks.values(), return_exceptions=True)
        await worker.pool.aclose(close_connection_pool=True)


@pytest.mark.parametrize("word", [b"WATCH", b"EXISTS"])
async def test_a_worker_whose_line_to_redis_is_cut_again_and_again_goes_on(
    line: tuple[Settings, Line], services: Services, log_lines: LogLines, word: bytes
) -> None:
    """More often than it has places for jobs: arq ends with the first failure, and loses a place with each.

    At the words with which it takes a job: redis-py has another error for each.
    """
    by_line, its_line = line
    done: list[str] = []

    async def work(_: Any, number: str) -> None:
        done.append(number)

    async with working_with(by_line, work):
        for number in map(str, range(2 * AT_ONCE)):
            its_line.cuts_at = (word, Moment.UNHEARD)
            await services.queue.enqueue_job("work", number)
            await until(lambda number=number: has(number, done))  # type: ignore[misc]
    assert its_line.cuts == 2 * AT_ONCE
    assert away_and_back(log_lines) == ["redis_away", "redis_back"] * 2 * AT_ONCE


async def longer(told: list[str], length: int) -> bool:
    return len(told) > length


async def has(number: str, done: list[str]) -> bool:
    return number in done


async def test_it_says_once_that_redis_is_away_and_once_that_it_is_back_for_all_queues(
    line: tuple[Settings, Line], working: dict[str, Services], log_lines: LogLines
) -> None:
    by_line, its_line = line
    workers = make_workers(by_line.redis_url, working, poll_delay=0.01)
    running = asyncio.ensure_future(main.work(workers, timetable := Timetable(working, [], [])))
    await asyncio.sleep(0.1)
    its_line.close()
    await until(lambda: longer(away_and_back(log_lines), 0))
    await asyncio.sleep(0.2)
    its_line.is_open = True
    await until(lambda: longer(away_and_back(log_lines), 1))
    assert away_and_back(log_lines) == ["redis_away", "redis_back"]
    its_line.close()
    main.stop(workers, timetable, 15)  # type: ignore[arg-type]
    await running


async def test_without_redis_a_sale_reaches_the_mailbox_and_the_phone(
    settings: Settings, line: tuple[Settings, Line], shop: Shop, working: dict[str, Services],
    *, post_office: PostOffice, superuser: asyncpg.Connection,
) -> None:  # fmt: skip
    """By the process's own clock. Wake-ups fail, and so does everything else that asks Redis."""
    by_line, its_line = line
    its_line.close()
    phones, away = Phones(), open_queue(by_line.redis_url)
    here = working["services"]
    sync = replace(here.wallet_sync, providers={"google": phones})
    context = {"services": replace(here, queue=away, wallet_sync=sync)}
    card = await shop.anna.enroll("otto@example.com")
    async with here.sessions.committing(shop.merchant_id) as session:
        await open_link(session, (shop.merchant_id, UUID(card["id"]), "google"), "pass", clock.now())
    await shop.anna.earn(card, cents=700)
    jobs = (relay_outbox, send_queued_mails, sync_waiting_passes, find_due_webhooks)
    timetable = Timetable(context, [at(job, second=EVERY_SECOND, timeout=20) for job in jobs], [])
    ticking = asyncio.create_task(timetable.run())

    async def is_on_the_phone() -> bool:
        # The pass waits for its wake-up first.
        clock.move(timedelta(seconds=1))
        return bool(phones.shown) and phones.points(card["id"]) == 7

    await until(is_on_the_phone)
    await until(lambda: has("otto@example.com", [mail["To"] for mail in post_office.mails]))
    timetable.stop()
    await ticking
    await timetable.close()
    assert await superuser.fetchval("SELECT count(*) FROM outbox") == 0
    await away.aclose(close_connection_pool=True)


async def test_a_run_whose_worker_was_killed_is_gone_on_with_without_redis(
    line: tuple[Settings, Line], working: dict[str, Services], shop: Shop, superuser: asyncpg.Connection
) -> None:
    by_line, its_line = line
    its_line.close()
    context = {"services": replace(working["services"], queue=open_queue(by_line.redis_url))}
    killed = await queue_sync(working["services"].wallet_sync, SyncScope(shop.merchant_id))
    await superuser.execute("UPDATE task_runs SET started_at = $1, heartbeat_at = $1", clock.now())
    await find_lost_syncs(context)
    state = "SELECT finished_at IS NOT NULL FROM task_runs WHERE id = $1"
    assert await superuser.fetchval(state, killed.id) is False
    clock.move(timedelta(seconds=10))
    await find_lost_syncs(context)
    assert await superuser.fetchval(state, killed.id) is True


@pytest.mark.slow
async def test_a_worker_starts_without_its_servers_and_ends_only_for_what_somebody_must_cure(
    settings: Settings, line: tuple[Settings, Line], tmp_path: Path, forks: str
) -> None:
    by_line, its_line = line
    its_line.close()
    log = tmp_path / "log"

    async def has_told(word: bytes) -> bool:
        return word in await asyncio.to_thread(log.read_bytes)

    with log.open("wb") as file:
        worker = Fork(forks, ["tests.doubles.untimed_worker"], environment(by_line), file.fileno())
    try:
        await until(lambda: has_told(b"redis_away"))
        its_line.is_open = True
        await until(lambda: has_told(b"redis_back"))
    finally:
        worker.kill()
    with pytest.raises(StartRefused, match="is not on that server"):
        await main.run(with_values(settings, database_url=settings.database_url.replace("/workshop?", "/nowhere?")))
