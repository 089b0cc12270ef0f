"""The attempts to send one email, and what its row says of them."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg

from backend.core.clock import clock

OTTO = "otto@example.com"
MINUTE = timedelta(seconds=61)
Row = Callable[[], Awaitable[asyncpg.Record]]
Send = Callable[..., Awaitable[None]]


def wait_for_noon() -> None:
    """Of tomorrow: marketing emails rest at night, and time never goes back."""
    now = clock.now()
    clock.move(now.replace(hour=12) + timedelta(days=1) - now)


async def ended(row: Row, send: Send, **values: Any) -> asyncpg.Record:
    """Its row after all attempts, a minute apart."""
    for _ in range(10):
        await send(**values)
        if (await row())["status"] != "queued":
            return await row()
        clock.move(MINUTE)
    raise AssertionError("it never ends")


def outcomes(row: asyncpg.Record) -> list[tuple[str, str | None]]:
    return [(event["outcome"], event.get("code")) for event in json.loads(row["history"])]
