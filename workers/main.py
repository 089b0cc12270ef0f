"""The worker process: `orion worker`. A supervisor restarts it; it may be killed at any moment."""

import asyncio
import sys
from datetime import UTC
from typing import Any

import uvloop
from arq.worker import Worker, func
from redis.exceptions import RedisError

from backend.core.queue import QUEUE_NAME, RELAY, SEND_MAILS, deserialize, open_queue, serialize
from backend.core.settings import SettingsError, load_settings
from backend.core.startup import StartRefused, check_start
from backend.loyalty.previews.jobs import PREVIEW_PROGRAM
from backend.loyalty.wallets.jobs import SYNC_PASS
from backend.loyalty.wallets.opening import check_wallet_files
from environment.places import check_place
from workers.jobs.mail import send_queued_mails
from workers.jobs.outbox import relay_outbox
from workers.jobs.previews import preview_program
from workers.jobs.wallets import sync_wallet_pass
from workers.runner import logged, on_shutdown, on_startup
from workers.schedule import SCHEDULE

FUNCTIONS = [
    func(logged(relay_outbox), name=RELAY, timeout=25, max_tries=1, keep_result=0),
    func(logged(send_queued_mails), name=SEND_MAILS, timeout=300, max_tries=1, keep_result=0),
    # A pass whose provider is away comes back every half minute or so; the hourly run does the rest.
    func(logged(sync_wallet_pass), name=SYNC_PASS, timeout=40, max_tries=40, keep_result=0),
    # Some thousand transactions a second; ten million take an hour.
    func(logged(preview_program), name=PREVIEW_PROGRAM, timeout=6 * 3600, max_tries=1, keep_result=0),
]


CONNECTIONS_MAX = 64
"""More than jobs at once, so that none waits for another's."""


def make_worker(redis_url: str, **overrides: Any) -> Worker:
    """Everything is spelled out here: arq's defaults unpickle, and forget a crashed job for five minutes."""
    options: dict[str, Any] = {
        "functions": FUNCTIONS,
        "cron_jobs": SCHEDULE,
        "redis_pool": open_queue(redis_url, CONNECTIONS_MAX),
        "queue_name": QUEUE_NAME,
        "job_serializer": serialize,
        "job_deserializer": deserialize,
        "on_startup": on_startup,
        "on_shutdown": on_shutdown,
        # A provider may take seconds to answer; two seconds of its quota must fit.
        "max_jobs": 40,
        "poll_delay": 0.1,
        "keep_result": 0,
        "job_completion_wait": 25,
        "health_check_interval": 15,
        "timezone": UTC,
        "allow_abort_jobs": False,
    }
    return Worker(**options | overrides)


def main() -> None:
    """Exit 1, with one sentence, when a setting or a server keeps it from working."""
    try:
        settings = load_settings()
        check_wallet_files(settings)
        if settings.worker_metrics_port:
            check_place("worker_metrics", settings.backend_host, settings.worker_metrics_port)
        asyncio.run(check_start(settings, needs_redis=True))
    except (SettingsError, StartRefused) as error:
        sys.exit(str(error))
    asyncio.set_event_loop(uvloop.new_event_loop())
    try:
        make_worker(settings.redis_url).run()
    except RedisError as error:
        sys.exit(f"Redis has gone away ({type(error).__name__}): check ORION_REDIS_URL.")


if __name__ == "__main__":
    main()
