"""One worker for each queue, and whose a job is."""

import asyncio
import gc
import signal
from typing import Any, cast

import pytest
from arq.constants import in_progress_key_prefix
from arq.worker import Worker, func
from redis.exceptions import RedisError

from backend.core.queue import LONG_QUEUE, QUEUE_NAME
from backend.core.settings import Settings
from backend.services import Services
from tests.world.patience import PATIENCE_SECONDS
from workers import main
from workers.queues import QUEUES, make_workers
from workers.timetable import Timetable

MINUTES = 300
LEASE_SECONDS, RENEWALS = 6.0, 4
"""So often renewed, a job has taken longer than its lease."""


def test_what_may_take_hours_shares_no_queue_with_what_somebody_waits_for() -> None:
    for queue in QUEUES:
        if queue.name != LONG_QUEUE:
            assert max(job.timeout_s or 0 for job in queue.functions) <= MINUTES


@pytest.mark.slow
async def test_a_job_that_outlives_its_lease_stays_its_workers_own(settings: Settings, services: Services) -> None:
    started = 0

    async def work_on(ctx: dict[Any, Any], *_: Any, **__: Any) -> None:
        nonlocal started
        started += 1
        mark, left, renewals = f"{in_progress_key_prefix}{ctx['job_id']}", 0, 0
        while renewals < RENEWALS:
            await asyncio.sleep(0.05)
            before, left = left, await services.redis.pttl(mark)
            renewals += left > before

    workers = make_workers(
        settings.redis_url,
        {},
        lease_seconds=LEASE_SECONDS,
        queue_name=QUEUE_NAME,
        functions=[func(work_on, name="work_on", timeout=60)],
        burst=True,
    )
    await services.queue.enqueue_job("work_on")
    async with asyncio.timeout(60):
        await asyncio.gather(*(worker.async_run() for worker in workers))
    for worker in workers:
        await worker.pool.aclose(close_connection_pool=True)
    assert started == 1


@pytest.mark.filterwarnings("ignore:Call to deprecated close:DeprecationWarning")  # arq's own call
async def test_a_worker_that_is_stopped_while_it_starts_ends_all_the_same(
    settings: Settings, services: Services
) -> None:
    """arq cancels a stopped worker once, and one that has not begun yet does not hear of it."""
    workers = make_workers(settings.redis_url, {"services": services})
    before = asyncio.all_tasks()
    timetable = Timetable({}, [], [])
    main.stop(workers, timetable, signal.SIGTERM)
    await asyncio.gather(*(asyncio.all_tasks() - before))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await main.work(workers, timetable)


async def test_when_every_worker_fails_one_exception_is_told_when_running_jobs_have_ended() -> None:
    ended: list[str] = []

    async def send() -> None:
        for _ in range(3):
            await asyncio.sleep(0)
        ended.append("mail")

    class Failing:
        def __init__(self) -> None:
            self.tasks = {"job": asyncio.create_task(send())}

        async def async_run(self) -> None:
            raise RedisError

        async def close(self) -> None:
            """arq's asks Redis, too."""
            raise RedisError

    # What other tests have left pending is none of ours.
    gc.collect()
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, facts: told.append(facts))
    with pytest.raises(RedisError):
        await main.work([cast("Worker", Failing()) for _ in range(3)], Timetable({}, [], []))
    gc.collect()
    assert (told, ended) == ([], ["mail"] * 3)
