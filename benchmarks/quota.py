"""Verifies that several workers stay within Google's quota, with live updates and an hourly run as in production.

The sandbox's double counts the calls and refuses those above the quota.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from uuid import UUID

import msgspec

from backend.core.queue import LONG_QUEUE, open_queue
from backend.wallets.jobs import SYNC_PASSES, enqueue_pass_syncs
from benchmarks.data import CARD, MERCHANT, MERCHANTS, id_of
from benchmarks.measurement import MeasurementFailed
from benchmarks.servers import start_program, wait_until
from benchmarks.wallet_setup import WalletSetup, count_out_of_date, mark_out_of_date, verify_passes

WORKERS = 3
CARDS, LIVE = 450, 400
"""All passes are out of date; `LIVE` of them are requested by bookings."""
SECONDS_MAX = 90
STARTED = b"worker_started"


class Quota(msgspec.Struct, frozen=True):
    workers: int
    calls: int
    per_second: float
    """Between the first call and the last."""
    worst_second: int
    """The largest number of calls within any period of one second."""
    refused: int
    """Answers with status 429."""


def measure_quota(setup: WalletSetup) -> Quota:
    """Raises MeasurementFailed unless every pass is up to date in the end."""
    asyncio.run(mark_out_of_date(setup, CARDS))
    setup.google.start_over(has_quota=True)
    with ExitStack() as stack:
        for number in range(WORKERS):
            _start_worker(setup, f"worker-{number}", stack)
        asyncio.run(_enqueue(setup, [id_of(CARD, n) for n in range(LIVE)]))
        _wait(setup)
    verify_passes(setup, CARDS)
    facts = setup.google.facts()
    return Quota(WORKERS, facts.calls, facts.per_second, facts.worst_second, facts.answers.get("429", 0))


def _start_worker(setup: WalletSetup, name: str, stack: ExitStack) -> None:
    process = start_program(name, ["workers.main"], setup.environment, setup.folder, stack)
    log = setup.folder / f"{name}.log"
    wait_until(lambda: STARTED in log.read_bytes(), name, process, setup.folder)


async def _enqueue(setup: WalletSetup, card_ids: Sequence[UUID]) -> None:
    """Enqueues the jobs that bookings and the hourly schedule enqueue."""
    queue = open_queue(setup.environment["ORION_REDIS_URL"])
    try:
        for n, card_id in enumerate(card_ids):
            await enqueue_pass_syncs(queue, id_of(MERCHANT, n % MERCHANTS), card_id, [("google", 1)], None)
        await queue.enqueue_job(SYNC_PASSES, _queue_name=LONG_QUEUE)
    finally:
        await queue.aclose(close_connection_pool=True)


def _wait(setup: WalletSetup) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while behind := asyncio.run(count_out_of_date(setup)):
        if time.monotonic() > deadline:
            raise MeasurementFailed(f"{behind} passes are still behind after {SECONDS_MAX} s")
        time.sleep(0.5)
