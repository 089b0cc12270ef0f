"""The worker process: `orion worker`. A supervisor restarts it; it may be killed at any moment."""

import asyncio
import sys
from datetime import UTC
from typing import Any

import uvloop
from arq.worker import Worker, func

from backend.core.queue import QUEUE_NAME, RELAY, deserialize, redis_settings, serialize
from backend.core.settings import SettingsError, load_settings
from workers.jobs.outbox import relay_outbox
from workers.runner import logged, on_shutdown, on_startup
from workers.schedule import SCHEDULE


def make_worker(redis_url: str, **overrides: Any) -> Worker:
    """Everything is spelled out here: arq's defaults unpickle, and forget a crashed job for five minutes."""
    options: dict[str, Any] = {
        "functions": [func(logged(relay_outbox), name=RELAY, timeout=25, max_tries=1, keep_result=0)],
        "cron_jobs": SCHEDULE,
        "redis_settings": redis_settings(redis_url),
        "queue_name": QUEUE_NAME,
        "job_serializer": serialize,
        "job_deserializer": deserialize,
        "on_startup": on_startup,
        "on_shutdown": on_shutdown,
        "max_jobs": 10,
        "poll_delay": 0.1,
        "keep_result": 0,
        "job_completion_wait": 25,
        "health_check_interval": 15,
        "timezone": UTC,
        "allow_abort_jobs": False,
    }
    return Worker(**options | overrides)


def main() -> None:
    """Exit 1 when the settings are at fault."""
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.exit(str(error))
    asyncio.set_event_loop(uvloop.new_event_loop())
    make_worker(settings.redis_url).run()


if __name__ == "__main__":
    main()
