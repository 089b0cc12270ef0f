"""The worker process: `orion worker`. It may be killed at any time; while a server is away it waits."""

import asyncio
import math
import signal
import sys
from collections.abc import Sequence
from contextlib import closing

import structlog
import uvloop
from arq.worker import Worker

from backend.core.logs import configure_logs
from backend.core.settings import Settings, SettingsError, load_settings
from backend.core.startup import StartRefused, check_start
from backend.operations.heartbeats.actions import beating
from backend.wallets.open import check_wallet_files
from environment.server import check_address
from environment.tracing.switch import start_tracing
from workers.queues import COMPLETION_SECONDS, make_workers
from workers.runner import open_context
from workers.schedule import EVERYWHERE, ONCE
from workers.timetable import Timetable

log = structlog.get_logger()


async def run(settings: Settings) -> None:
    """Raises StartRefused for what waiting does not cure."""
    configure_logs(settings, "worker")
    await check_start(settings, patience_seconds=math.inf)
    async with open_context(settings) as context, beating(context["services"].sessions, "worker"):
        workers, timetable = make_workers(settings.redis_url, context), Timetable(context, EVERYWHERE, ONCE)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop, workers, timetable, number)
        log.info("worker_started")
        await work(workers, timetable)


async def work(workers: Sequence[Worker], timetable: Timetable) -> None:
    """Runs until all workers are stopped. When one fails, the others are stopped and its exception is raised.

    Running jobs may end first: a conversation with a mail server that is cut leaves an email of unknown outcome.
    """
    running = [asyncio.create_task(worker.async_run()) for worker in workers]
    ticking = asyncio.create_task(timetable.run())
    try:
        ended, _ = await asyncio.wait({*running, ticking}, return_when=asyncio.FIRST_EXCEPTION)
        for task in ended:
            if not task.cancelled():
                task.result()
    finally:
        ticking.cancel()
        jobs = {job for worker in workers for job in worker.tasks.values()} | timetable.running
        if jobs:
            await asyncio.wait(jobs, timeout=COMPLETION_SECONDS)
        await timetable.close()
        # Without Redis each of these fails: the first failure of all is enough.
        await asyncio.gather(*(worker.close() for worker in workers), return_exceptions=True)
        for worker, task in zip(workers, running, strict=True):
            # It ends by itself where it is cancelled in the moment in which Redis fails, and goes on to wait for it.
            worker.allow_pick_jobs = False
            task.cancel()
        await asyncio.gather(*running, ticking, return_exceptions=True)


def stop(workers: Sequence[Worker], timetable: Timetable, number: signal.Signals) -> None:
    """No job begins any more, and those that run are given COMPLETION_SECONDS."""
    timetable.stop()
    for worker in workers:
        worker.handle_sig_wait_for_completion(number)


def main() -> None:
    """Exits with 1 and one sentence when a setting is invalid or a server refuses us."""
    try:
        settings = load_settings()
        check_wallet_files(settings)
        if settings.worker_metrics_port:
            check_address(settings, "backend_host", "worker_metrics_port")
        started = start_tracing("worker")
        started.around_databases()
        with closing(started):
            uvloop.run(run(settings))
    except (SettingsError, StartRefused) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
