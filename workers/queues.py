"""A worker for each queue. Jobs that take long or wait for others have queues of their own: they lend the quick ones
neither their timeouts nor their slowness."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC
from typing import Any, NamedTuple

from arq.constants import in_progress_key_prefix
from arq.cron import CronJob
from arq.worker import Function, Worker, func

from backend.core.queue import LONG_QUEUE, QUEUE_NAME, RELAY, SEND_MAILS, deserialize, open_queue, serialize
from backend.loyalty.previews.jobs import PREVIEW_PROGRAM
from backend.wallets.jobs import PASSES_QUEUE, SYNC_PASS, SYNC_PASSES
from workers.jobs.mail import send_queued_mails
from workers.jobs.outbox import relay_outbox
from workers.jobs.previews import preview_program
from workers.jobs.wallets import sync_wallet_pass, sync_wallet_passes
from workers.runner import Context, coalesced, logged
from workers.schedule import LONG, QUICK

LEASE_SECONDS = 15
"""How long the job of a dead worker waits for another one: less than the leases in PostgreSQL."""
CONNECTIONS_MAX = 64
"""More than jobs at once, so that none waits for another's."""
ANSWER_SECONDS = 10
"""Of Redis; a worker that gets none ends, and is started again."""


class Queue(NamedTuple):
    name: str
    functions: Sequence[Function]
    timed: Sequence[CronJob]


QUEUES = (
    Queue(
        QUEUE_NAME,
        [
            func(logged(coalesced(relay_outbox)), name=RELAY, timeout=25, max_tries=1, keep_result=0),
            func(logged(coalesced(send_queued_mails)), name=SEND_MAILS, timeout=300, max_tries=1, keep_result=0),
        ],
        QUICK,
    ),
    Queue(
        PASSES_QUEUE,
        # A pass whose provider is away comes back every half minute or so; the hourly run does the rest.
        [func(logged(sync_wallet_pass), name=SYNC_PASS, timeout=40, max_tries=40, keep_result=0)],
        [],
    ),
    Queue(
        LONG_QUEUE,
        [
            # A hundred thousand passes take Google an hour and a half.
            func(logged(sync_wallet_passes), name=SYNC_PASSES, timeout=6 * 3600, max_tries=3, keep_result=0),
            # Some thousand transactions a second; ten million take an hour.
            func(logged(preview_program), name=PREVIEW_PROGRAM, timeout=6 * 3600, max_tries=3, keep_result=0),
        ],
        LONG,
    ),
)


class LeasedWorker(Worker):
    """Marks a job that it runs with a short lease, and renews it while it lives.

    arq's own mark lasts as long as the longest timeout of the queue: so long a dead worker would keep its jobs.
    """

    def __init__(self, *, lease_seconds: float = LEASE_SECONDS, **options: Any) -> None:
        super().__init__(**options)
        self.in_progress_timeout_s = lease_seconds
        self._renew_every_s = lease_seconds / 3
        self._renewed_at = 0.0

    async def _poll_iteration(self) -> None:
        """Ends the worker that has been stopped: arq cancels it once, which is lost on one that is just starting."""
        await super()._poll_iteration()
        if not self.allow_pick_jobs and not self.tasks:
            raise asyncio.CancelledError

    async def heart_beat(self) -> None:
        """After each look at the queue."""
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


def make_workers(redis_url: str, context: Context, **overrides: Any) -> list[LeasedWorker]:
    """Everything is spelled out here: arq's defaults unpickle, and forget a crashed job for five minutes."""
    options: dict[str, Any] = {
        "ctx": context,
        "job_serializer": serialize,
        "job_deserializer": deserialize,
        # Their signals are for the process, which has several of them.
        "handle_signals": False,
        # A provider may take seconds to answer; two seconds of its quota must fit.
        "max_jobs": 40,
        "poll_delay": 0.1,
        "keep_result": 0,
        "job_completion_wait": 25,
        "health_check_interval": 15,
        "timezone": UTC,
        "allow_abort_jobs": False,
    }
    return [LeasedWorker(**_told(queue, redis_url) | options | overrides) for queue in QUEUES]


def _told(queue: Queue, redis_url: str) -> dict[str, Any]:
    return {
        "queue_name": queue.name,
        "functions": queue.functions,
        "cron_jobs": queue.timed,
        "redis_pool": open_queue(redis_url, queue.name, connections=CONNECTIONS_MAX, seconds=ANSWER_SECONDS),
    }
