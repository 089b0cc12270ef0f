"""Leases: the right of one process to work on something, written in PostgreSQL and renewed while it works.

A process that dies renews nothing, so another one takes over when the lease has ended.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

LEASE = timedelta(seconds=9)
"""With the five seconds between two looks of the timed jobs: work of a dead process goes on within 15 seconds."""
UNHEARD = timedelta(seconds=5)
"""Work that is older, and that nobody has begun, has lost its wake-up."""
RENEW_SECONDS = 3.0
"""Two renewals may fail."""

Renew = Callable[[], Awaitable[None]]

log = structlog.get_logger()


@asynccontextmanager
async def renewing(what: str, renew: Renew, *, every_seconds: float | None = None) -> AsyncIterator[None]:
    """Renews until the block ends. A renewal that fails is told, and the work goes on: every work may be done twice."""
    beating = asyncio.create_task(_beat(what, renew, RENEW_SECONDS if every_seconds is None else every_seconds))
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _beat(what: str, renew: Renew, every_seconds: float) -> None:
    while True:
        await asyncio.sleep(every_seconds)
        try:
            await renew()
        except Exception as error:  # noqa: BLE001 - the next renewal may succeed
            log.warning("lease_not_renewed", what=what, error=type(error).__name__)
