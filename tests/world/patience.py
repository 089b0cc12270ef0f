"""How long tests wait for what must come: only what never comes is missed, however busy the machine."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest

from backend.core import database, ratelimit
from backend.core.outbound import breaker, bucket
from backend.loyalty.ledger.booking import tries
from backend.operations import health
from backend.staff_pins import actions as staff_pins
from backend.wallets import freshness
from frontend.kit import branding

PATIENCE_SECONDS = 60
LOOK_SECONDS = 0.02
OF_THE_HOUSE = (
    (breaker, "ANSWER_SECONDS_MAX"),
    (branding, "ANSWER_SECONDS"),
    (bucket, "ANSWER_SECONDS_MAX"),
    (database, "ACQUIRE_SECONDS"),
    (freshness, "ANSWER_SECONDS_MAX"),
    (health, "CHECK_SECONDS"),
    (tries, "PATIENCE_SECONDS"),
    (ratelimit, "ANSWER_SECONDS_MAX"),
    (staff_pins, "PATIENCE_SECONDS"),
)
"""What gives up on our own servers or neighbors because somebody waits in front of a till."""


@contextmanager
def patient() -> Iterator[None]:
    """Nobody waits in front of a test. One that is about giving up sets its own time."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in OF_THE_HOUSE:
            patch.setattr(module, name, PATIENCE_SECONDS)
        yield


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """For what another process does, or whose only trace is in a database."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await is_so():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(LOOK_SECONDS)


def wait_until(is_so: Callable[[], bool]) -> None:
    """For tests without an event loop."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(LOOK_SECONDS)
