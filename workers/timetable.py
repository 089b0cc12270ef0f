"""Runs the timed jobs by the clock of this process. PostgreSQL says what is due; Redis is not asked."""

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

import structlog
from arq.cron import CronJob

from backend.core.clock import clock
from backend.core.leases import renewing
from backend.core.outages import server_away
from backend.operations.timed_jobs.claims import (
    CAUGHT_UP,
    JobClaim,
    claim_job,
    end_job,
    give_back_job,
    list_idle_jobs,
    renew_job,
)
from backend.services import Services
from workers.due_times import DueTimes
from workers.runner import Context, is_paused, run_logged, tell_failure

LOOK_SECONDS = 5.0
"""Between two looks for jobs that one worker does."""
CLOCK_SECONDS = 1.0
"""So often is the clock read again: it may be set."""
SETTLE_SECONDS = 2.0
"""After PostgreSQL was away, processes write what they could not; only then is their work taken for lost."""
OVERLAP_MAX = 3
"""Runs of one job at the same time: one that hangs stops nobody, and a server that hangs meets no crowd."""

log = structlog.get_logger()


class Timetable:
    """`everywhere`: jobs that each process runs. `once`: those that one process runs, with a lease in PostgreSQL."""

    def __init__(self, context: Context, everywhere: Sequence[CronJob], once: Sequence[CronJob]) -> None:
        self._context, self._everywhere, self._once = context, everywhere, once
        self.running: set[asyncio.Task[None]] = set()
        """The jobs that have begun."""
        self._due_times = DueTimes()
        self._is_stopped = asyncio.Event()

    async def run(self) -> None:
        """Begins jobs until it is stopped."""
        beginning = [asyncio.create_task(self._repeat(job)) for job in self._everywhere]
        if self._once:
            beginning.append(asyncio.create_task(self._look_for_ever()))
        beginning.append(asyncio.create_task(self._until_stopped()))
        try:
            ended, _ = await asyncio.wait(beginning, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in beginning:
                task.cancel()
            await asyncio.gather(*beginning, return_exceptions=True)

    async def _until_stopped(self) -> None:
        await self._is_stopped.wait()

    def stop(self) -> None:
        self._is_stopped.set()

    async def close(self) -> None:
        """Stops the jobs that still run. What one worker does is given back for another one."""
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None], own: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work)
        for tasks in (own, self.running):
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def _repeat(self, job: CronJob) -> None:
        running: set[asyncio.Task[None]] = set()
        while True:
            job.calculate_next(clock.now())
            assert job.next_run is not None, "it was calculated"
            while (left := (job.next_run - clock.now()).total_seconds()) > 0:  # noqa: ASYNC110 - nobody tells the time
                await asyncio.sleep(min(left, CLOCK_SECONDS))
            if len(running) < OVERLAP_MAX:
                self._start(self._run_here(job), running)

    async def _run_here(self, job: CronJob) -> None:
        """Once more when PostgreSQL is back: what has waited for it waits for no next time."""
        if server_away(await self._run(job)) == "PostgreSQL":
            await self._until_the_database_is_back()
            await self._run(job)

    async def _until_the_database_is_back(self) -> None:
        services: Services = self._context["services"]
        while True:
            await asyncio.sleep(CLOCK_SECONDS)
            try:
                await services.pool.fetchval("SELECT 1")
            except Exception as error:
                if server_away(error) is None:
                    raise
            else:
                await asyncio.sleep(SETTLE_SECONDS)
                return

    async def _run(self, job: CronJob, *, tries: int = 1) -> Exception | None:
        """Returns the failure, which was told."""
        context = self._context | {"job_id": f"{job.name}:{clock.now():%H:%M:%S}", "job_try": tries}
        try:
            async with asyncio.timeout(job.timeout_s):
                return await run_logged(job.coroutine, context)
        except TimeoutError:
            log.error("job_timed_out", job=job.name, seconds=job.timeout_s)  # noqa: TRY400 - all is said
            return None

    async def _look_for_ever(self) -> None:
        own: set[asyncio.Task[None]] = set()
        while True:
            try:
                await self._look(own)
            except Exception as error:  # noqa: BLE001 - it is told, and the next look may be luckier
                tell_failure("timed_jobs_not_read", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, own: set[asyncio.Task[None]]) -> None:
        if is_paused(self._context):
            return
        services: Services = self._context["services"]
        due = {job.name: self._due_times.last(job, clock.now()) for job in self._once}
        idle = set(await list_idle_jobs(services.sessions, due))
        for job in self._once:
            if job.name in idle and (claim := await claim_job(services.sessions, job.name, due[job.name])):
                self._start(self._run_claimed(job, claim), own)

    async def _run_claimed(self, job: CronJob, claim: JobClaim) -> None:
        services: Services = self._context["services"]
        if claim.is_given_up or clock.now() - claim.due_at > CAUGHT_UP:
            reason = "no worker has survived it" if claim.is_given_up else "it is too late for it"
            log.error("timed_job_left_out", job=claim.name, due_at=claim.due_at.isoformat(), reason=reason)
            await end_job(services.sessions, claim)
            return
        try:
            async with renewing(claim.name, partial(renew_job, services.sessions, claim)):
                failure = await self._run(job, tries=claim.tries)
                if server_away(failure):
                    await self._until_the_database_is_back()
        except asyncio.CancelledError:
            await give_back_job(services.sessions, claim)
            raise
        await (give_back_job if server_away(failure) else end_job)(services.sessions, claim)
