"""A worker for each queue. Long jobs, and jobs that wait for providers, have their own queues, so that quick jobs have
short timeouts and do not wait for them."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any, NamedTuple

from arq.worker import Function, func

from backend.core.queue import (
    ANSWER_RESETS,
    LONG_QUEUE,
    QUEUE_NAME,
    RELAY,
    SEND_MAILS,
    deserialize,
    open_queue,
    serialize,
)
from backend.loyalty.previews.jobs import PREVIEW_PROGRAM
from backend.operations.timed_tasks.jobs import RUN_REQUESTED
from backend.wallets.jobs import PASSES_QUEUE, SYNC_PASS, SYNC_PASSES
from backend.webhooks.jobs import DELIVER_WEBHOOKS, WEBHOOKS_QUEUE
from workers.jobs.accounts import answer_reset_requests
from workers.jobs.mail import REPEAT_SECONDS, TIMEOUT_SECONDS, send_queued_mails
from workers.jobs.outbox import REPEAT_SECONDS as RELAY_REPEAT_SECONDS
from workers.jobs.outbox import relay_outbox
from workers.jobs.previews import preview_program
from workers.jobs.task_runs import run_requested
from workers.jobs.wallets import sync_wallet_pass, sync_wallet_passes
from workers.jobs.webhooks import deliver_webhooks
from workers.leased_worker import LeasedWorker
from workers.redis_link import RedisLink
from workers.runner import Context, coalesced, logged

CONNECTIONS_MAX = 64
"""More than `max_jobs`, so that no job waits for a connection."""
COMPLETION_SECONDS = 25
"""A worker that ends waits this long for its running jobs."""
ANSWER_SECONDS = 5
"""Time limit for Redis; without a response it is away."""
RELAYING = logged(coalesced(relay_outbox, repeat_seconds=RELAY_REPEAT_SECONDS))
ANSWERING = logged(coalesced(answer_reset_requests, repeat_seconds=REPEAT_SECONDS))
DELIVERING = logged(coalesced(deliver_webhooks, repeat_seconds=REPEAT_SECONDS))
SENDING = logged(coalesced(send_queued_mails, repeat_seconds=REPEAT_SECONDS))


class Queue(NamedTuple):
    name: str
    functions: Sequence[Function]


QUEUES = (
    Queue(
        QUEUE_NAME,
        [
            func(RELAYING, name=RELAY, timeout=25, max_tries=1, keep_result=0),
            func(ANSWERING, name=ANSWER_RESETS, timeout=25, max_tries=1, keep_result=0),
            func(SENDING, name=SEND_MAILS, timeout=TIMEOUT_SECONDS, max_tries=1, keep_result=0),
        ],
    ),
    Queue(
        PASSES_QUEUE,
        # While a provider is away the job is retried about every 30 s, 40 times; then the hourly run takes over.
        [func(logged(sync_wallet_pass), name=SYNC_PASS, timeout=40, max_tries=40, keep_result=0)],
    ),
    Queue(
        WEBHOOKS_QUEUE,
        # Two runs of an endpoint at most, of 10 s and 15 s more for the calls that it has begun.
        [func(DELIVERING, name=DELIVER_WEBHOOKS, timeout=60, max_tries=1, keep_result=0)],
    ),
    Queue(
        LONG_QUEUE,
        [
            # 100,000 passes take Google 1.5 hours.
            func(logged(sync_wallet_passes), name=SYNC_PASSES, timeout=6 * 3600, max_tries=3, keep_result=0),
            # Some thousand transactions per second: ten million take an hour.
            func(logged(run_requested), name=RUN_REQUESTED, timeout=6 * 3600, max_tries=3, keep_result=0),
            func(logged(preview_program), name=PREVIEW_PROGRAM, timeout=6 * 3600, max_tries=3, keep_result=0),
        ],
    ),
)


def make_workers(redis_url: str, context: Context, **overrides: Any) -> list[LeasedWorker]:
    """All options are explicit: arq's defaults unpickle jobs, and retry a crashed job only after five minutes."""
    options: dict[str, Any] = {
        "ctx": context,
        "job_serializer": serialize,
        "job_deserializer": deserialize,
        # Signals are handled by the process for all its workers.
        "handle_signals": False,
        # A provider may take seconds to respond: jobs for 2 s of its quota must fit.
        "max_jobs": 40,
        "poll_delay": 0.1,
        "keep_result": 0,
        "job_completion_wait": COMPLETION_SECONDS,
        "health_check_interval": 15,
        "timezone": UTC,
        "allow_abort_jobs": False,
        "link": RedisLink(),
    }
    return [LeasedWorker(**_queue_options(queue, redis_url) | options | overrides) for queue in QUEUES]


def _queue_options(queue: Queue, redis_url: str) -> dict[str, Any]:
    return {
        "queue_name": queue.name,
        "functions": queue.functions,
        "redis_pool": open_queue(redis_url, queue.name, connections=CONNECTIONS_MAX, seconds=ANSWER_SECONDS),
    }
