"""Measures how soon a booking leaves the outbox and reaches both phones. The targets are one and two seconds.

One card gets a booking every 1.3 s, or as soon as both phones show the previous one.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg
import httpx
import msgspec

from benchmarks.data import START_POINTS
from benchmarks.earns import POINTS
from benchmarks.measurement import MeasurementFailed
from benchmarks.phone_setup import PhoneSetup, open_phone_setup

BOOKINGS, BOOKINGS_QUICK = 40, 8
"""Of a full run and of a quick run. The first booking is not counted: it opens connections and renders images."""
APART_SECONDS = 1.3
LOOK_EVERY_SECONDS = 0.02
PATIENCE_SECONDS = 30


class Wait(msgspec.Struct, frozen=True):
    """Seconds since the till sent the booking."""

    p50: float
    p95: float
    longest: float


class Freshness(msgspec.Struct, frozen=True):
    bookings: int
    outbox_empty: Wait
    both_phones: Wait

    @property
    def lines(self) -> list[str]:
        waits = {"outbox empty": self.outbox_empty, "both phones": self.both_phones}
        return [
            f"Booking to {what}: {wait.p50:.2f} s p50, {wait.p95:.2f} s p95, {wait.longest:.2f} s the longest of "
            f"{self.bookings}."
            for what, wait in waits.items()
        ]


def measure_freshness(folder: Path, bookings: int) -> Freshness:
    """Raises MeasurementFailed when a booking does not arrive."""
    with open_phone_setup(folder) as setup:
        waits = asyncio.run(_book(setup, bookings + 1))[1:]
    outbox, phones = zip(*waits, strict=True)
    return Freshness(bookings, wait_of(outbox), wait_of(phones))


async def _book(setup: PhoneSetup, bookings: int) -> list[tuple[float, float]]:
    """Seconds until the outbox is empty and until both phones show the points, for each booking."""
    connection = await asyncpg.connect(setup.database_url)
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            await setup.add_to_both(http)
            await _until(lambda: setup.shows(http, START_POINTS), time.monotonic())
            return [await _follow(setup, http, connection, number + 1) for number in range(bookings)]
    finally:
        await connection.close()


async def _follow(
    setup: PhoneSetup, http: httpx.AsyncClient, connection: asyncpg.Connection, number: int
) -> tuple[float, float]:
    next_customer = asyncio.create_task(asyncio.sleep(APART_SECONDS))
    started = time.monotonic()
    await setup.earn(http)
    waits = await asyncio.gather(
        _until(lambda: setup.has_empty_outbox(connection), started),
        _until(lambda: setup.shows(http, START_POINTS + number * POINTS), started),
    )
    await next_customer
    return waits


async def _until(is_so: Callable[[], Awaitable[bool]], started: float) -> float:
    """Returns the seconds since `started`."""
    while not await is_so():
        if time.monotonic() - started > PATIENCE_SECONDS:
            raise MeasurementFailed(f"a booking has not arrived after {PATIENCE_SECONDS} s")
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return time.monotonic() - started


def wait_of(seconds: Sequence[float]) -> Wait:
    hundredths = statistics.quantiles(seconds, n=100, method="inclusive")
    return Wait(*(round(each, 2) for each in (hundredths[49], hundredths[94], max(seconds))))
