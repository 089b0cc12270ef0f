"""The worker process: `orion worker`. It may be killed at any time; its supervisor restarts it."""

import asyncio
import signal
import sys
from collections.abc import Sequence

import structlog
import uvloop
from arq.worker import Worker
from redis.exceptions import RedisError

from backend.core.settings import Settings, SettingsError, load_settings
from backend.core.startup import StartRefused, check_start
from backend.wallets.open import check_wallet_files
from environment.server import check_address
from workers.queues import COMPLETION_SECONDS, make_workers
from workers.runner import open_context

log = structlog.get_logger()


async def run(settings: Settings) -> None:
    async with open_context(settings) as context:
        workers = make_workers(settings.redis_url, context)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop, workers, number)
        log.info("worker_started")
        await work(workers)


async def work(workers: Sequence[Worker]) -> None:
    """Runs until all workers are stopped. When one fails, the others are stopped and its exception is raised.

    Running jobs may end first: a conversation with a mail server that is cut leaves an email of unknown outcome.
    """
    running = [asyncio.create_task(worker.async_run()) for worker in workers]
    try:
        ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_EXCEPTION)
        for task in ended:
            if not task.cancelled():
                task.result()
    finally:
        if jobs := [job for worker in workers for job in worker.tasks.values()]:
            await asyncio.wait(jobs, timeout=COMPLETION_SECONDS)
        # Without Redis each of these fails: the first failure of all is enough.
        await asyncio.gather(*(worker.close() for worker in workers), return_exceptions=True)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def stop(workers: Sequence[Worker], number: signal.Signals) -> None:
    """The workers take no more jobs and wait COMPLETION_SECONDS at most for the running ones."""
    for worker in workers:
        worker.handle_sig_wait_for_completion(number)


def main() -> None:
    """Exits with 1 and one sentence when a setting is invalid or a server is not usable."""
    try:
        settings = load_settings()
        check_wallet_files(settings)
        if settings.worker_metrics_port:
            check_address(settings, "backend_host", "worker_metrics_port")
        asyncio.run(check_start(settings, needs_redis=True))
    except (SettingsError, StartRefused) as error:
        sys.exit(str(error))
    try:
        uvloop.run(run(settings))
    except StartRefused as error:
        sys.exit(str(error))
    except RedisError as error:
        sys.exit(f"Redis has gone away ({type(error).__name__}): check ORION_REDIS_URL.")


if __name__ == "__main__":
    main()
