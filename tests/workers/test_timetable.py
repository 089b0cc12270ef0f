"""Jobs that one worker of several does: who has one, who takes it over, and what is too late."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from arq.cron import CronJob

from backend.core import leases
from backend.core.clock import clock
from backend.core.database_connector import DatabaseUnreachable
from backend.core.leases import LEASE
from backend.operations.timed_jobs.claims import (
    CAUGHT_UP,
    TRIES,
    claim_job,
    end_job,
    give_back_job,
    list_idle_jobs,
    renew_job,
)
from backend.services import Services
from tests.conftest import LogLines
from tests.world.patience import until
from tests.world.platform import with_settings
from workers import timetable as clockwork
from workers.due_times import DueTimes, times_around
from workers.runner import run_logged
from workers.schedule import EVERYWHERE, ONCE, at
from workers.timetable import LOOK_SECONDS, Timetable

RESCUED_SECONDS = 15
NAME = "cron:bake"


@pytest.fixture(autouse=True)
async def _nobody_has_baked(superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    await superuser.execute("DELETE FROM timed_jobs")
    monkeypatch.setattr(clockwork, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(clockwork, "CLOCK_SECONDS", 0.01)
    monkeypatch.setattr(clockwork, "SETTLE_SECONDS", 0.01)


def test_the_work_of_a_dead_worker_goes_on_within_fifteen_seconds() -> None:
    """The lease of what it was at, and the look of the job that finds it."""
    finders = {
        "relay_outbox", "send_queued_mails", "find_due_webhooks", "sync_waiting_passes", "find_lost_syncs",
        "preview_programs",
    }  # fmt: skip
    gaps = {job.name.removeprefix("cron:"): longest_gap(job) for job in EVERYWHERE}
    assert LEASE.total_seconds() + LOOK_SECONDS < RESCUED_SECONDS
    for finder in finders:
        assert LEASE.total_seconds() + gaps[finder] < RESCUED_SECONDS, finder


def longest_gap(job: CronJob) -> float:
    job.calculate_next(datetime(2030, 1, 1, tzinfo=UTC))
    times = []
    for _ in range(30):
        assert job.next_run is not None
        times.append(job.next_run)
        job.calculate_next(job.next_run)
    return max((later - earlier).total_seconds() for earlier, later in pairwise(times))


def test_the_last_time_of_each_job_is_within_its_period_and_the_next_one_after_now() -> None:
    now = datetime(2030, 3, 31, 12, 30, tzinfo=UTC)
    for job in ONCE:
        last, following = times_around(job, now)
        assert timedelta() <= now - last <= timedelta(days=1), job.name
        assert timedelta() < following - now <= timedelta(days=1), job.name
        job.calculate_next(last)
        assert job.next_run == following, "there is none between them"


def test_a_time_is_kept_until_the_next_one_has_come_and_when_the_clock_is_set_back() -> None:
    times, now = DueTimes(), datetime(2030, 3, 31, 12, 30, tzinfo=UTC)
    (hourly,) = [job for job in ONCE if job.name == "cron:sync_wallet_passes"]
    told = [times.last(hourly, now + timedelta(minutes=later)) for later in (0, 36, 38, 97, 98, -24)]
    assert [(time.hour, time.minute) for time in told] == [(12, 7), (12, 7), (13, 7), (13, 7), (14, 7), (11, 7)]


async def test_of_two_workers_one_does_it_and_another_time_is_another_job(services: Services) -> None:
    sessions, due_at = services.sessions, clock.now()
    assert await claim_job(sessions, NAME, due_at) is None, "what was due before the job's first time is done"
    next_at = due_at + timedelta(hours=1)
    claims = await asyncio.gather(*(claim_job(sessions, NAME, next_at) for _ in range(5)))
    (claim,) = filter(None, claims)
    clock.move(LEASE - timedelta(seconds=1))
    await renew_job(sessions, claim)
    clock.move(LEASE - timedelta(seconds=1))
    assert await list_idle_jobs(sessions, {NAME: next_at}) == []
    await end_job(sessions, claim)
    assert await claim_job(sessions, NAME, next_at) is None
    assert await list_idle_jobs(sessions, {NAME: next_at + timedelta(hours=1)}) == [NAME]


async def test_of_a_dead_worker_another_one_takes_it_over_but_not_for_ever(services: Services) -> None:
    sessions, due_at = services.sessions, clock.now()
    await claim_job(sessions, NAME, due_at)
    due_at += timedelta(hours=1)
    claims = []
    for _ in range(TRIES + 1):
        claims.append(claim := await claim_job(sessions, NAME, due_at))
        assert claim is not None
        clock.move(LEASE)
    assert [claim.is_given_up for claim in claims if claim] == [False] * TRIES + [True]
    dead = claims[0]
    assert dead is not None
    await end_job(sessions, dead)
    assert await list_idle_jobs(sessions, {NAME: due_at}) == [NAME], "what a dead worker says changes nothing"
    again = await claim_job(sessions, NAME, due_at + timedelta(hours=1))
    assert again is not None
    assert again.tries == 1


async def test_a_stopped_worker_gives_it_back_at_once_and_that_is_no_try(services: Services) -> None:
    due_at = clock.now()
    await claim_job(services.sessions, NAME, due_at)
    for _ in range(2 * TRIES):
        claim = await claim_job(services.sessions, NAME, due_at + timedelta(hours=1))
        assert claim is not None
        assert not claim.is_given_up
        await give_back_job(services.sessions, claim)


class Baker:
    """A job, and how it goes."""

    def __init__(self, services: Services) -> None:
        self.runs, self.fails, self.may_end = 0, list[Exception](), asyncio.Event()
        self.may_end.set()
        self.context = {"services": services}

    async def bake(self) -> None:
        self.runs += 1
        if self.fails:
            raise self.fails.pop()
        await self.may_end.wait()

    def table(self, due_at: datetime) -> Timetable:
        async def bake(_: Any) -> None:
            await self.bake()

        bake.__qualname__ = bake.__name__ = "bake"
        return Timetable(self.context, [], [at(bake, hour=due_at.hour, minute=due_at.minute, timeout=60)])


@pytest.fixture
async def baker(services: Services) -> Baker:
    """Something was due today, and yesterday it was done."""
    await claim_job(services.sessions, NAME, clock.now() - timedelta(days=1))
    return Baker(services)


async def has_run(baker: Baker, times: int) -> bool:
    return baker.runs >= times


async def test_what_was_missed_is_caught_up_with_unless_it_is_too_late(baker: Baker, log_lines: LogLines) -> None:
    async def is_left_out() -> bool:
        return any(row["event"] == "timed_job_left_out" for row in log_lines())

    for hours, is_caught_up in ((1, True), (7, False)):
        assert (timedelta(hours=hours) < CAUGHT_UP) == is_caught_up
        table = baker.table(clock.now() - timedelta(hours=hours))
        ticking = asyncio.create_task(table.run())
        await until((lambda: has_run(baker, 1)) if is_caught_up else is_left_out)
        table.stop()
        await ticking
        await table.close()
        clock.move(timedelta(days=1))
    assert baker.runs == 1


async def test_one_that_fails_because_postgresql_is_away_is_done_when_it_is_back_and_another_is_not(
    baker: Baker, superuser: asyncpg.Connection
) -> None:
    baker.fails = [ValueError("of the job"), DatabaseUnreachable("ConnectionRefusedError")]
    table = baker.table(clock.now() - timedelta(minutes=1))
    ticking = asyncio.create_task(table.run())

    async def is_done() -> bool:
        return bool(await superuser.fetchval("SELECT finished_at IS NOT NULL AND tries = 1 FROM timed_jobs"))

    await until(lambda: has_run(baker, 2))
    await until(is_done)
    table.stop()
    await ticking
    await table.close()
    assert baker.runs == 2


async def test_a_long_one_keeps_its_lease_and_a_worker_that_is_stopped_leaves_it_to_the_next(
    baker: Baker, services: Services, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)
    baker.may_end.clear()
    due_at = clock.now() - timedelta(minutes=1)
    first, second = baker.table(due_at), baker.table(due_at)
    ticking = [asyncio.create_task(table.run()) for table in (first, second)]
    await until(lambda: has_run(baker, 1))

    async def is_renewed() -> bool:
        return bool(await superuser.fetchval("SELECT lease_until > $1 FROM timed_jobs", clock.now() + LEASE / 2))

    for _ in range(3):
        clock.move(LEASE / 2)
        await until(is_renewed)
    assert baker.runs == 1, "the other one has left it to the first"
    holder = first if first.running else second
    holder.stop()
    await holder.close()
    await until(lambda: has_run(baker, 2))
    for table in (first, second):
        table.stop()
    await asyncio.gather(*ticking)
    await asyncio.gather(first.close(), second.close())
    assert await superuser.fetchval("SELECT tries FROM timed_jobs") <= 1


async def test_during_maintenance_nothing_is_begun_and_afterwards_it_is_caught_up_with(
    baker: Baker, services: Services
) -> None:
    baker.context["services"] = with_settings(services, "maintenance", maintenance_mode="read_only")
    table = baker.table(clock.now() - timedelta(hours=1))
    await table._look(set())
    assert await run_logged(lambda _: baker.bake(), baker.context) is None
    assert baker.runs == 0
    baker.context["services"] = services
    await table._look(set())
    await until(lambda: has_run(baker, 1))
    await table.close()
