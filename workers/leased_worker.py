"""arq's worker, with leases that are renewed, that outlives Redis."""

import asyncio
import sys
import time
from typing import Any

from arq.constants import in_progress_key_prefix
from arq.worker import Worker

from backend.core.outages import server_away
from workers.redis_link import RedisLink

LEASE_SECONDS = 9
"""Time until another worker takes over the job of a dead one. Who may act is decided by leases in PostgreSQL; this one
avoids useless attempts."""


class LeasedWorker(Worker):
    """Marks its running jobs with a short lease and renews the lease; when Redis is away it waits for it.

    arq's own mark lasts as long as the queue's longest timeout; a dead worker would hold its jobs that long.
    """

    def __init__(self, *, link: RedisLink, lease_seconds: float = LEASE_SECONDS, **options: Any) -> None:
        super().__init__(**options)
        self.in_progress_timeout_s = lease_seconds
        self._renew_every_s = lease_seconds / 3
        self._renewed_at = 0.0
        self._link = link
        # `job_counter` limits the jobs; each failure of Redis would cost arq's own semaphore a place for good.
        self.sem = asyncio.BoundedSemaphore(sys.maxsize)

    @property
    def job_counter(self) -> int:
        """arq counts a job before it asks Redis for it, and forgets to uncount it when Redis does not answer."""
        return sum(not task.done() for task in self.tasks.values())

    @job_counter.setter
    def job_counter(self, count: int) -> None:
        """What arq counts is not used."""

    async def main(self) -> None:
        """arq's, begun again whenever Redis has been away. Running jobs go on meanwhile."""
        while True:
            try:
                await super().main()
            except Exception as error:
                if server_away(error) is None:
                    raise
                await self._wait_for_redis(error)
            else:
                return

    async def _wait_for_redis(self, error: Exception) -> None:
        waiting = asyncio.ensure_future(self._link.wait(self.pool, error))
        try:
            while not waiting.done():
                self._forget_ended()
                self._end_when_stopped()
                await asyncio.wait([waiting], timeout=self.poll_delay_s)
            waiting.result()
        finally:
            waiting.cancel()

    async def _poll_iteration(self) -> None:
        self._forget_ended()
        await super()._poll_iteration()
        self._end_when_stopped()

    def _forget_ended(self) -> None:
        """Those whose outcome Redis has not taken, too, for which arq would end: PostgreSQL knows what is left."""
        for job_id, task in list(self.tasks.items()):
            if task.done() and not task.cancelled() and (not task.exception() or server_away(task.exception())):
                del self.tasks[job_id]

    def _end_when_stopped(self) -> None:
        """arq cancels its task only once, and a worker that is starting loses that."""
        if not self.allow_pick_jobs and not self.tasks:
            raise asyncio.CancelledError

    async def heart_beat(self) -> None:
        """arq calls it after each poll of the queue."""
        await super().heart_beat()
        if self.tasks and time.monotonic() - self._renewed_at >= self._renew_every_s:
            self._renewed_at = time.monotonic()
            await self._renew()

    async def _renew(self) -> None:
        async with self.pool.pipeline(transaction=False) as pipe:
            for job_id, task in self.tasks.items():
                if not task.done():
                    pipe.pexpire(f"{in_progress_key_prefix}{job_id}", int(self.in_progress_timeout_s * 1000))
            await pipe.execute()
