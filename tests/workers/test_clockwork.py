"""Timed jobs while PostgreSQL is away, and one that never ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from arq.cron import CronJob

from backend.core.clock import clock
from backend.core.settings import Settings
from backend.operations.timed_jobs.claims import claim_job
from backend.services import Services, open_services
from tests.conftest import LogLines
from tests.doubles.line import Line, database_by_line
from tests.world.patience import until
from workers import timetable as clockwork
from workers.schedule import at
from workers.timetable import Timetable

MINUTE = timedelta(minutes=1)
ANSWERS = "SELECT 1"


@pytest.fixture(autouse=True)
async def _quick(superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    await superuser.execute("DELETE FROM timed_jobs")
    for name in ("LOOK_SECONDS", "CLOCK_SECONDS", "SETTLE_SECONDS"):
        monkeypatch.setattr(clockwork, name, 0.01)


@pytest.fixture
async def far(settings: Settings) -> AsyncIterator[tuple[Services, Line]]:
    """Services that reach their database by a line."""
    async with database_by_line(settings) as (by_line, line), open_services(by_line) as services:
        yield services, line


def next_minute(work: Callable[[], Awaitable[Any]], *, timeout: float = 60) -> CronJob:
    """A job that is due once a day, in a minute for the first time."""

    async def bake(_: Any) -> None:
        await work()

    bake.__qualname__ = bake.__name__ = "bake"
    due_at = clock.now() + MINUTE
    return at(bake, hour=due_at.hour, minute=due_at.minute, timeout=timeout)


@asynccontextmanager
async def ticking(services: Services, *, here: Sequence[CronJob] = (), once: Sequence[CronJob] = ()) -> Any:
    table = Timetable({"services": services}, here, once)
    running = asyncio.create_task(table.run())

    async def knows_its_times() -> bool:
        return all(job.next_run for job in (*here, *once))

    await until(knows_its_times)
    yield
    table.stop()
    await running
    await table.close()


def told(log_lines: LogLines, event: str) -> Callable[[], Awaitable[bool]]:
    async def is_told() -> bool:
        return any(row["event"] == event for row in log_lines())

    return is_told


async def test_what_met_a_database_that_is_away_is_done_when_it_is_back_and_waits_for_no_next_time(
    far: tuple[Services, Line], log_lines: LogLines
) -> None:
    """Mails, passes and webhooks wait for no second outage: their next time may be an hour away."""
    services, line = far
    done = asyncio.Event()

    async def work() -> None:
        await services.pool.fetchval(ANSWERS)
        done.set()

    async with ticking(services, here=[next_minute(work)]):
        line.close()
        clock.move(MINUTE)
        await until(told(log_lines, "job_failed"))
        assert not done.is_set()
        line.is_open = True
        await done.wait()
    (failure,) = [row for row in log_lines() if row["event"] == "job_failed"]
    assert failure["server_away"] == "PostgreSQL"


async def test_a_worker_that_cannot_read_what_is_due_says_so_and_does_it_when_it_can(
    far: tuple[Services, Line], log_lines: LogLines
) -> None:
    services, line = far
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    job = next_minute(work)
    await claim_job(services.sessions, job.name, clock.now() - timedelta(days=1))
    async with ticking(services, once=[job]):
        line.close()
        clock.move(MINUTE)
        await until(told(log_lines, "timed_jobs_not_read"))
        assert not done.is_set()
        line.is_open = True
        await done.wait()


async def test_a_job_that_never_ends_is_cut_and_named_and_is_no_reason_to_do_it_again(
    services: Services, log_lines: LogLines
) -> None:
    """A server that hangs: the next time is another try, with another connection."""
    begun = 0

    async def hang() -> None:
        nonlocal begun
        begun += 1
        await asyncio.Event().wait()

    async with ticking(services, here=[next_minute(hang, timeout=0.01)]):
        clock.move(MINUTE)
        await until(told(log_lines, "job_timed_out"))
        clock.move(MINUTE)
    (line,) = [row for row in log_lines() if row["event"] == "job_timed_out"]
    assert (line["job"], begun) == ("cron:bake", 1)
