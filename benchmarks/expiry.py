"""The nightly expiry, in a process of its own while tills sell: makes points due, and expires them when it is told to.

Says `ready` when it is, waits for a line, and writes how many cards it has booked.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import uvloop

from backend.core.clock import clock
from backend.core.settings import load_settings
from backend.loyalty.ledger.tasks.expire import PointsExpiry
from backend.services import open_services
from benchmarks.data import CARD, MERCHANT, MERCHANTS, id_of
from benchmarks.measurement import DRIVER_SECONDS_MAX, MeasurementFailed
from benchmarks.servers import Setup

EXPIRING = 6000
"""Cards of a round: enough for as long as the tills are measured."""
READY = "ready"
# Past the triggers: no terms were ever like this.
MAKE_DUE = """
UPDATE lots SET idle_days = NULL, expires_at = now() - interval '1 hour'
WHERE merchant_id = ANY($1) AND card_id = ANY($2)
"""


@dataclass
class _Counts:
    """What a run tells, as a `TaskReport`."""

    done: int = 0
    failures: dict[str, str] = field(default_factory=dict)

    def count(self, what: str, times: int = 1) -> None:
        """Not needed: `done` says it."""

    def fail(self, failed_id: UUID | str, reason: str) -> None:
        self.failures[str(failed_id)] = reason


async def make_due(superuser_url: str, first_card: int) -> None:
    cards = [id_of(CARD, first_card + n) for n in range(EXPIRING)]
    connection = await asyncpg.connect(superuser_url)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(MAKE_DUE, [id_of(MERCHANT, n) for n in range(MERCHANTS)], cards)
    finally:
        await connection.close()


@contextmanager
def expiring(setup: Setup) -> Iterator[None]:
    """Expires what is due meanwhile. Raises MeasurementFailed unless it has done all of it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.expiry"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(setup.environment),
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    if process.stdout.readline().strip() != READY:
        raise MeasurementFailed(f"expiry: {process.communicate()[1][-2000:]}")
    process.stdin.write("\n")
    process.stdin.flush()
    try:
        yield
    finally:
        said, complaint = process.communicate(timeout=DRIVER_SECONDS_MAX)
    if said.strip() != str(EXPIRING):
        raise MeasurementFailed(f"expiry: {said} of {EXPIRING} cards, {complaint[-2000:]}")


async def main() -> None:
    counts = _Counts()
    async with open_services(load_settings()) as services:
        print(READY, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await PointsExpiry(services.ledger, clock.now(), counts).run([id_of(MERCHANT, n) for n in range(MERCHANTS)])
    print(counts.done - len(counts.failures))


if __name__ == "__main__":
    uvloop.run(main())
